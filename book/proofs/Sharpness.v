(** Where the theorems end: one response less is not enough, and small loss is nothing without stability. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Lowdim Require Import Systems Responses.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The teacher with one more state, put first: alpha on the diagonal, beta g in the new row and column. *)
Definition bordered (R : comRingType) (m : nat) (alpha beta : R) (A : 'M[R]_m.+1) (g : 'cV[R]_m.+1) : 'M[R]_m.+2 :=
  block_mx (alpha%:M : 'M_1) (beta *: g^T) (beta *: g) A.

(** The input of the bordered teacher: nothing enters the new state. *)
Definition padded (R : comRingType) (m : nat) (s : R) (b : 'cV[R]_m.+1) : 'cV[R]_m.+2 := col_mx (s%:M : 'M_1) b.

Lemma dot_padded (R : comRingType) m (s t : R) (x y : 'cV[R]_m.+1) :
  dot (padded s x) (padded t y) = s * t + dot x y.
Proof.
rewrite /dot /padded tr_col_mx mul_row_col mxE; congr (_ + _).
by rewrite tr_scalar_mx -scalar_mxM mxE.
Qed.

Lemma bordered_padded (R : comRingType) m (alpha beta s : R) (A : 'M[R]_m.+1) g x :
  bordered alpha beta A g *m padded s x = padded (alpha * s + beta * dot g x) (s * beta *: g + A *m x).
Proof.
rewrite /bordered /padded mul_block_col; congr col_mx.
  apply/matrixP => i j; rewrite !ord1 !mxE !big_ord1 !mxE.
  rewrite !eqxx. Show.
Admitted.
