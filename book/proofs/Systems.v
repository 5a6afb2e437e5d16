(** The definitions: all that has to be compared with the prose of the book, for
    the prover checks the rest. *)

From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

(** A system of n.+1 states is a matrix A and two columns b and c; the prover
    knows powers of square matrices only where there is at least one row, hence
    n.+1. Numbers are taken from any commutative ring R until a theorem asks for more. *)

(* definitions *)
(** The inner product of two columns, and of two matrices. *)
Definition dot (R : comRingType) (n : nat) (x y : 'cV[R]_n) : R :=
  (x^T *m y) 0 0.
Definition frobenius (R : comRingType) (n : nat) (X Y : 'M[R]_n) : R :=
  \tr (X^T *m Y).

(** The response of a system at lag j: c^T A^j b. A balanced system has
    b = c. *)
Definition response (R : comRingType) (n : nat) (A : 'M[R]_n.+1)
    (b c : 'cV[R]_n.+1) (j : nat) : R :=
  dot c (A ^+ j *m b).

Definition symmetric (R : comRingType) (n : nat) (A : 'M[R]_n) : Prop :=
  A^T = A.

(** The matrix whose k columns are b, Ab, ..., A^(k-1) b: its rank is the
    dimension of their span. *)
Definition krylov (R : comRingType) (n : nat) (A : 'M[R]_n.+1) (b : 'cV[R]_n.+1)
    (k : nat) : 'M[R]_(n.+1, k) :=
  \matrix_(i, j) (A ^+ j *m b) i 0.

(** The sequence s obeys the linear recurrence whose coefficients are
    those of p. *)
Definition recurrent (R : comRingType) (p : {poly R}) (s : nat -> R) : Prop :=
  forall j, \sum_(i < size p) p`_i * s (j + i)%N = 0.

(** The gradient of a loss in the first k responses, where g j is its derivative
    in the response at lag j. *)
Definition hankel (R : comRingType) (k : nat) (g : nat -> R) : 'M[R]_k :=
  \matrix_(i, l) if (i + l < k)%N then g (i + l).+1 else 0.

Definition gradient_A (R : comRingType) (n k : nat) (g : nat -> R)
    (A : 'M[R]_n.+1) (b c : 'cV[R]_n.+1) :=
  krylov A^T c k.-1 *m hankel k.-1 g *m (krylov A b k.-1)^T.

Definition gradient_b (R : comRingType) (n k : nat) (g : nat -> R)
    (A : 'M[R]_n.+1) (c : 'cV[R]_n.+1) :=
  \sum_(j < k) g j *: (A^T ^+ j *m c).

Definition gradient_c (R : comRingType) (n k : nat) (g : nat -> R)
    (A : 'M[R]_n.+1) (b : 'cV[R]_n.+1) :=
  \sum_(j < k) g j *: (A ^+ j *m b).

(** f(t) is a polynomial in t, whose derivative at t = 0 is d. *)
Definition derivative_at_0 (R : comRingType) (f : R -> R) (d : R) : Prop :=
  exists p : {poly R}, (forall t, f t = p.[t]) /\ p^`().[0] = d.

(** The loss l depends on the responses so that its partial derivatives at m are
    g j for j < k, and zero for the others: the chain rule, along curves of
    responses through m. *)
Definition partial_derivatives (R : comRingType) (k : nat) (l : (nat -> R) -> R)
    (m g : nat -> R) : Prop :=
  forall (f : nat -> R -> R) (d : nat -> R),
    (forall j, f j 0 = m j) -> (forall j, derivative_at_0 (f j) (d j)) ->
    derivative_at_0 (fun t => l (fun j => f j t)) (\sum_(j < k) g j * d j).

(** The charge of a system. *)
Definition charge (R : comRingType) (n : nat) (A : 'M[R]_n) (b c : 'cV[R]_n) :
    'M[R]_n :=
  A *m A^T - A^T *m A + b *m b^T - c *m c^T.

(** A system with one more state, put first: alpha on the diagonal, beta g in
    the new row and column. Its input and output are s in the new state and b in
    the others. *)
Definition bordered (R : comRingType) (n : nat) (alpha beta : R)
    (A : 'M[R]_n.+1) (g : 'cV[R]_n.+1) : 'M[R]_n.+2 :=
  block_mx (alpha%:M : 'M_1) (beta *: g^T) (beta *: g) A.

Definition padded (R : comRingType) (n : nat) (s : R) (b : 'cV[R]_n.+1) :
    'cV[R]_n.+2 :=
  col_mx (s%:M : 'M_1) b.
(* end of definitions *)

(** Properties of the definitions, used everywhere. *)
Section Properties.
Variables (R : comRingType) (n : nat).
Implicit Types (x y z : 'cV[R]_n) (A : 'M[R]_n).

Lemma dot_sum x y : dot x y = \sum_i x i 0 * y i 0.
Proof. by rewrite /dot mxE; apply: eq_bigr => i _; rewrite mxE. Qed.

Lemma dotC x y : dot x y = dot y x.
Proof. by rewrite !dot_sum; apply: eq_bigr => i _; rewrite mulrC. Qed.

Lemma dotDl x y z : dot (x + y) z = dot x z + dot y z.
Proof. by rewrite !dot_sum -big_split; apply: eq_bigr => i _; rewrite mxE mulrDl. Qed.

Lemma dotDr x y z : dot z (x + y) = dot z x + dot z y.
Proof. by rewrite dotC dotDl !(dotC z). Qed.

Lemma dotZl a x y : dot (a *: x) y = a * dot x y.
Proof. by rewrite !dot_sum mulr_sumr; apply: eq_bigr => i _; rewrite mxE mulrA. Qed.

Lemma dotZr a x y : dot x (a *: y) = a * dot x y.
Proof. by rewrite dotC dotZl dotC. Qed.

Lemma dotNl x y : dot (- x) y = - dot x y.
Proof. by rewrite -scaleN1r dotZl mulN1r. Qed.

Lemma dotNr x y : dot x (- y) = - dot x y.
Proof. by rewrite dotC dotNl dotC. Qed.

Lemma dot0l y : dot 0 y = 0.
Proof. by rewrite -(scale0r 0) dotZl mul0r. Qed.

Lemma dot0r y : dot y 0 = 0.
Proof. by rewrite dotC dot0l. Qed.

Lemma dot_sumr (I : finType) (P : pred I) (F : I -> 'cV[R]_n) y :
  dot y (\sum_(i | P i) F i) = \sum_(i | P i) dot y (F i).
Proof. by apply: (big_morph (dot y)) => [u v|]; rewrite ?dotDr ?dot0r. Qed.

Lemma dot_suml (I : finType) (P : pred I) (F : I -> 'cV[R]_n) y :
  dot (\sum_(i | P i) F i) y = \sum_(i | P i) dot (F i) y.
Proof. by rewrite dotC dot_sumr; apply: eq_bigr => i _; rewrite dotC. Qed.

Lemma dot_adjoint A x y : dot x (A *m y) = dot (A^T *m x) y.
Proof. by rewrite /dot trmx_mul trmxK mulmxA. Qed.

End Properties.

Section Powers.
Variables (R : comRingType) (n : nat).
Implicit Types (A : 'M[R]_n.+1) (b : 'cV[R]_n.+1).

Lemma tr_power A j : (A ^+ j)^T = A^T ^+ j.
Proof. by elim: j => [|j IH]; rewrite ?trmx1 // exprS exprSr -IH; apply: trmx_mul. Qed.

Lemma sym_power A j : symmetric A -> (A ^+ j)^T = A ^+ j.
Proof. by move=> sA; rewrite tr_power sA. Qed.

(** The response at lag i + j is an inner product of what the output listens for
    and what the input becomes. *)
Lemma response_split A b c i j : response A b c (i + j) = dot (A^T ^+ i *m c) (A ^+ j *m b).
Proof. by rewrite /response exprD -[_ * _]/(_ *m _) -mulmxA dot_adjoint tr_power. Qed.

End Powers.
