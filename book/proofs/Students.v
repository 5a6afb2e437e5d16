(** Students without loss that say anything: as many responses as a diagonal
    student has poles can be prescribed. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Lowdim Require Import Systems.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

(** Vandermonde: a polynomial with n.+1 coefficients and n.+1 distinct roots is zero. *)
Lemma vandermonde_unit (F : fieldType) n (z : 'rV[F]_n) :
  injective (z 0) -> (\matrix_(j, l) z 0 l ^+ j : 'M[F]_n) \in unitmx.
Proof.
move=> distinct; rewrite -row_free_unit -kermx_eq0; apply/eqP/row_matrixP => i; rewrite row0.
set v := row i _; have zero : v *m (\matrix_(j, l) z 0 l ^+ j : 'M[F]_n) = 0.
  by rewrite -row_mul mulmx_ker row0.
have root_p : rVpoly v = 0.
  apply: (@roots_geq_poly_eq0 _ _ [seq z 0 l | l <- enum 'I_n]).
  - apply/allP => x /mapP [l _ ->]; rewrite /root horner_poly.
    have := congr1 (fun u : 'rV_n => u 0 l) zero; rewrite !mxE => eq0; apply/eqP; rewrite -[RHS]eq0.
    by apply: eq_bigr => j _; rewrite insubT // => lt_jn; rewrite mxE; congr (v 0 _ * _); apply: val_inj.
  - by rewrite map_inj_uniq ?enum_uniq.
  by rewrite size_map size_enum_ord size_poly.
by rewrite -[v]rVpolyK root_p linear0.
Qed.

(** A diagonal student with any n distinct poles, and an input that reaches all
    of them, can give any n answers. *)
Theorem anything_goes (F : fieldType) (n : nat) (z : 'rV[F]_n.+1)
    (answers : nat -> F) :
  injective (z 0) ->
  exists c : 'cV[F]_n.+1,
    forall j, (j < n.+1)%N -> response (diag_mx z) (const_mx 1) c j = answers j.
Proof.
move=> distinct; have unit_V := vandermonde_unit distinct; set V := \matrix_(j, l) _ in unit_V.
exists (invmx V *m \col_j answers j) => j lt_j.
have power_z i : diag_mx z ^+ i *m const_mx 1 = \col_l (z 0 l ^+ i).
  elim: i => [|i IH]; first by rewrite mul1mx; apply/colP => l; rewrite !mxE.
  by rewrite exprS -[_ * _]/(_ *m _) -mulmxA IH mul_diag_mx; apply/colP => l; rewrite !mxE exprS.
transitivity ((V *m (invmx V *m \col_j answers j)) (inord j) 0); last first.
  by rewrite mulKVmx // mxE inordK.
rewrite /response power_z dot_sum mxE; apply: eq_bigr => l _.
by rewrite [V _ _]mxE [(\col_l _) _ _]mxE inordK // mulrC.
Qed.
