(** Small residuals at as many lags as two stable systems have states together:
    small enough at every lag. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Lowdim Require Import Systems Responses.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The sum of 2^i binomial(q, i) over i < N. *)
Lemma growth_step N q :
  (\sum_(i < N.+1) 2 ^ i * 'C(q.+1, i) =
   \sum_(i < N.+1) 2 ^ i * 'C(q, i) + 2 * \sum_(i < N) 2 ^ i * 'C(q, i))%N.
Proof.
rewrite !big_ord_recl !bin0 -addnA; congr (_ + _)%N.
rewrite big_distrr -big_split; apply: eq_bigr => i _ /=.
by rewrite /bump /= !add1n binS mulnDr expnS !mulnA.
Qed.

(** One pole at a time: (A - t) b makes of the responses their differences,
    response (j + 1) - t response j. *)
Lemma response_difference (R : comRingType) n (A : 'M[R]_n.+1) (b c : 'cV[R]_n.+1) t j :
  response A ((A - t%:M) *m b) c j = response A b c j.+1 - t * response A b c j.
Proof.
by rewrite /response mulmxBl mulmxBr mul_scalar_mx -scalemxAr dotDr dotNr dotZr exprSr -mulmxA.
Qed.

Lemma horner_mx_factor (R : comRingType) n (A : 'M[R]_n.+1) (b : 'cV[R]_n.+1) t p :
  horner_mx A (('X - t%:P) * p) *m b = horner_mx A p *m ((A - t%:M) *m b).
Proof. by rewrite mulrC rmorphM rmorphB /= horner_mx_X horner_mx_C -[_ * _]/(_ *m _) mulmxA. Qed.

Lemma bound_by_poles (R : numDomainType) n m (A : 'M[R]_n.+1) (A' : 'M[R]_m.+1) c c' (poles : seq R)
    (b : 'cV[R]_n.+1) (b' : 'cV[R]_m.+1) delta :
  {in poles, forall t, `|t| <= 1} ->
  horner_mx A (\prod_(t <- poles) ('X - t%:P)) *m b = 0 ->
  horner_mx A' (\prod_(t <- poles) ('X - t%:P)) *m b' = 0 ->
  (forall j, (j < size poles)%N -> `|response A b c j - response A' b' c' j| <= delta) ->
  forall q, `|response A b c q - response A' b' c' q|
    <= delta * (\sum_(i < size poles) 2 ^ i * 'C(q, i))%N%:R.
Proof.
elim: poles b b' delta => [|t poles IH] b b' delta stable; last first.
  rewrite !big_cons !horner_mx_factor => zero zero' small.
  have stable_t : `|t| <= 1 by apply: stable; rewrite mem_head.
  have stable_rest : {in poles, forall t, `|t| <= 1} by move=> x in_x; apply: stable;
    rewrite in_cons in_x orbT.
  pose r j := response A b c j - response A' b' c' j.
  have difference j : response A ((A - t%:M) *m b) c j - response A' ((A' - t%:M) *m b') c' j =
    r j.+1 - t * r j.
    by rewrite !response_difference /r mulrBr !opprB addrACA [RHS]addrACA; congr (_ + _); apply: addrC.
  have delta_ge0 : 0 <= delta by apply: le_trans (normr_ge0 _) (small 0%N _).
  have bound := IH _ _ (delta *+ 2) stable_rest zero zero'.
  have {}bound : forall q, `|r q.+1 - t * r q| <= delta *+ 2 * (\sum_(i < size poles) 2 ^ i * 'C(q, i))%N%:R.
    move=> q; rewrite -difference; apply: bound => j lt_j; rewrite difference.
    apply: le_trans (ler_norm_sub _ _) _; rewrite mulr2n normrM; apply: ler_add; first exact: small.
    by rewrite -[X in _ <= X]mul1r ler_pmul // small // ltnW.
  have {}bound q : `|r q| <= delta * (\sum_(i < (size poles).+1) 2 ^ i * 'C(q, i))%N%:R; last exact: bound.
  elim: q => [|q IHq].
    rewrite big_ord_recl bin0 big1 ?addn0 ?mulr1; first exact: (small 0%N).
    by move=> i _; rewrite bin0n muln0.
  rewrite growth_step natrD mulrDr -[r q.+1](subrK (t * r q)).
  rewrite [X in _ <= X]addrC; apply: le_trans (ler_norm_add _ _) _; apply: ler_add.
    by rewrite natrM mulrA [delta * _]mulr_natr; apply: bound.
  by rewrite normrM -[X in _ <= X]mul1r ler_pmul.
rewrite big_nil !rmorph1 !mul1mx => -> -> _ q.
by rewrite /response !mulmx0 !dot0r subrr normr0 big_ord0 mulr0.
Qed.

(** Any two systems with n and m states and all poles in the closed unit disc,
    no symmetry, no sign, poles repeated or not: if they differ by at most delta
    at the lags below n + m, they differ by at most a polynomial in q times
    delta at lag q. The numbers may be real or complex; the poles are listed
    with multiplicity. *)
Theorem two_systems (R : numDomainType) (n m : nat) (A : 'M[R]_n.+1)
    (b c : 'cV[R]_n.+1) (A' : 'M[R]_m.+1) (b' c' : 'cV[R]_m.+1)
    (poles poles' : seq R) (delta : R) :
  char_poly A = \prod_(t <- poles) ('X - t%:P) ->
  char_poly A' = \prod_(t <- poles') ('X - t%:P) ->
  {in poles, forall t, `|t| <= 1} -> {in poles', forall t, `|t| <= 1} ->
  (forall j, (j < n.+1 + m.+1)%N ->
    `|response A b c j - response A' b' c' j| <= delta) ->
  forall q, `|response A b c q - response A' b' c' q|
    <= delta * (\sum_(i < n.+1 + m.+1) 2 ^ i * 'C(q, i))%N%:R.
Proof.
move=> factor_A factor_A' stable stable'.
have size_A : size poles = n.+1 by have := size_prod_XsubC poles id; rewrite -factor_A size_char_poly => -[].
have size_A' : size poles' = m.+1 by have := size_prod_XsubC poles' id;
  rewrite -factor_A' size_char_poly => -[].
rewrite -size_A -size_A' -size_cat; apply: bound_by_poles.
- by move=> t; rewrite mem_cat => /orP [/stable|/stable'].
- by rewrite big_cat rmorphM /= -factor_A Cayley_Hamilton mul0r mul0mx.
- by rewrite big_cat rmorphM /= -factor_A' Cayley_Hamilton mulr0 mul0mx.
Qed.
