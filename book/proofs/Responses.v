(** Responses of a linear system: polynomials of the state matrix, recurrences,
    changes of basis. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Lowdim Require Import Systems.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

Lemma horner_mx_sum (R : comRingType) n (A : 'M[R]_n.+1) p :
  horner_mx A p = \sum_(i < size p) p`_i *: A ^+ i.
Proof.
rewrite -[p in LHS]coefK poly_def rmorph_sum; apply: eq_bigr => i _ /=.
by rewrite -mul_polyC rmorphM /= horner_mx_C rmorphX /= horner_mx_X; apply: mul_scalar_mx.
Qed.

(** A polynomial of the state matrix, seen from outside, is the same combination
    of the responses. *)
Theorem response_polynomial (R : comRingType) (n : nat) (A : 'M[R]_n.+1)
    (b c : 'cV[R]_n.+1) (p : {poly R}) :
  dot c (horner_mx A p *m b) = \sum_(i < size p) p`_i * response A b c i.
Proof.
rewrite horner_mx_sum mulmx_suml dot_sumr; apply: eq_bigr => i _.
by rewrite -scalemxAl dotZr.
Qed.

(** Sequences under one monic recurrence are equal if their initial values are. *)
Theorem recurrence_unique (R : comRingType) (p : {poly R}) (s t : nat -> R) :
  p \is monic -> recurrent p s -> recurrent p t ->
  (forall j, (j < (size p).-1)%N -> s j = t j) -> forall j, s j = t j.
Proof.
move=> monic_p rec_s rec_t initial.
have size_p : size p = (size p).-1.+1 by rewrite prednK // lt0n size_poly_eq0 monic_neq0.
elim/ltn_ind => j IH; case: (ltnP j (size p).-1) => [/initial //|large_j].
move: (rec_s (j - (size p).-1)%N) (rec_t (j - (size p).-1)%N); rewrite size_p !big_ord_recr /=.
move: (monicP monic_p); rewrite lead_coefE => ->; rewrite !mul1r subnK //.
rewrite (eq_bigr (fun i : 'I_(size p).-1 => p`_i * t (j - (size p).-1 + i)%N)); last first.
  move=> i _; rewrite IH // -[X in (_ < X)%N](subnK large_j) ltn_add2l; exact: ltn_ord.
by move=> sum_s sum_t; apply: (addrI (\sum_(i < (size p).-1) p`_i * t (j - (size p).-1 + i)%N));
  rewrite sum_s sum_t.
Qed.

(** A polynomial that sends A and b to zero is a recurrence of the responses. *)
Lemma annihilated_recurrent (R : comRingType) (n : nat) (A : 'M[R]_n.+1) (b c : 'cV[R]_n.+1) (p : {poly R}) :
  horner_mx A p *m b = 0 -> recurrent p (response A b c).
Proof.
move=> zero j; transitivity (dot (A^T ^+ j *m c) (horner_mx A p *m b)); last by rewrite zero dot0r.
rewrite response_polynomial; apply: eq_bigr => i _; congr (_ * _).
by rewrite response_split.
Qed.

(** Cayley and Hamilton: responses obey the recurrence of the characteristic
    polynomial. *)
Theorem response_recurrent (R : comRingType) (n : nat) (A : 'M[R]_n.+1)
    (b c : 'cV[R]_n.+1) :
  recurrent (char_poly A) (response A b c).
Proof. by apply: annihilated_recurrent; rewrite Cayley_Hamilton mul0mx. Qed.

(** A system that is silent at as many lags as it has states is silent for ever. *)
Theorem silence (R : comRingType) (n : nat) (A : 'M[R]_n.+1)
    (b c : 'cV[R]_n.+1) :
  (forall j, (j < n.+1)%N -> response A b c j = 0) ->
  forall j, response A b c j = 0.
Proof.
move=> silent; apply: (recurrence_unique (char_poly_monic A) (response_recurrent A b c)).
  by move=> j; rewrite big1 // => i _; rewrite mulr0.
by rewrite size_char_poly.
Qed.

(** A change of basis changes no response. *)
Theorem change_of_basis (R : comUnitRingType) (n : nat) (g A : 'M[R]_n.+1)
    (b c : 'cV[R]_n.+1) (j : nat) :
  g \in unitmx ->
  response (g *m A *m invmx g) (g *m b) ((invmx g)^T *m c) j = response A b c j.
Proof.
move=> unit_g; have conjugate i : (g *m A *m invmx g) ^+ i = g *m A ^+ i *m invmx g.
  elim: i => [|i IH]; first by rewrite mulmx1 mulmxV.
  by rewrite !exprS IH -![_ * _]/(_ *m _) !mulmxA mulmxKV.
rewrite /response -[in RHS](mulKmx unit_g b) /dot trmx_mul trmxK conjugate.
by rewrite !mulmxA !mulmxKV.
Qed.
