(** Where the theorems end: one response less is not enough, and small loss is
    nothing without stability. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Lowdim Require Import Systems Responses.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma dot_padded (R : comRingType) m (s t : R) (x y : 'cV[R]_m.+1) :
  dot (padded s x) (padded t y) = s * t + dot x y.
Proof.
transitivity (((col_mx (s%:M : 'M_1) x)^T *m col_mx (t%:M : 'M_1) y) 0 0); first by [].
by rewrite tr_col_mx mul_row_col mxE tr_scalar_mx -scalar_mxM mxE.
Qed.

Lemma bordered_padded (R : comRingType) m (alpha beta s : R) (A : 'M[R]_m.+1) g x :
  bordered alpha beta A g *m padded s x = padded (alpha * s + beta * dot g x) (s * beta *: g + A *m x).
Proof.
transitivity (block_mx (alpha%:M : 'M_1) (beta *: g^T) (beta *: g) A *m col_mx (s%:M : 'M_1) x); first by [].
rewrite mul_block_col /padded; apply: (f_equal2 (@col_mx R 1 m.+1 1)); last first.
  by rewrite mul_mx_scalar scalerA.
by apply/matrixP => i j; rewrite !ord1 -scalar_mxM -scalemxAl mxE [RHS]mxE; congr (_ + _); rewrite mxE.
Qed.

Lemma symmetric_bordered (R : comRingType) m (alpha beta : R) (A : 'M[R]_m.+1) g :
  symmetric A -> symmetric (bordered alpha beta A g).
Proof.
move=> sym_A; transitivity ((block_mx (alpha%:M : 'M_1) (beta *: g^T) (beta *: g) A)^T); first by [].
by rewrite tr_block_mx sym_A tr_scalar_mx [(_ *: g)^T]linearZ [(_ *: g^T)^T]linearZ /= trmxK.
Qed.

(** The states of the bordered teacher, when g meets none of the teacher's first
    m states. *)
Lemma bordered_states (R : comRingType) m (alpha beta : R) (A : 'M[R]_m.+1) (b g : 'cV[R]_m.+1) j :
  (forall i, (i < m)%N -> dot g (A ^+ i *m b) = 0) -> (j <= m)%N ->
  bordered alpha beta A g ^+ j *m padded 0 b = padded 0 (A ^+ j *m b).
Proof.
move=> meets_none; elim: j => [|j IH] le_jm; first by rewrite !mul1mx.
rewrite !exprS -![_ * _]/(_ *m _) -!mulmxA IH 1?ltnW // bordered_padded meets_none //.
by rewrite mul0r scale0r add0r !mulr0 addr0.
Qed.

(** A balanced student with one state more than the teacher can agree at the
    lags 0, ..., 2m - 1 and err at 2m. The teacher is any symmetric balanced
    system of m states, all of them reachable; alpha and beta are free. *)
Theorem one_response_less (F : fieldType) (m : nat) (A : 'M[F]_m.+1)
    (b : 'cV[F]_m.+1) :
  symmetric A -> \rank (krylov A b m.+1) = m.+1 ->
  exists g : 'cV[F]_m.+1, forall alpha beta : F,
    let A' := bordered alpha beta A g in
    let b' := padded 0 b in
    [/\ symmetric A',
        forall j, (j < 2 * m.+1)%N -> response A' b' b' j = response A b b j
      & response A' b' b' (2 * m.+1) = response A b b (2 * m.+1) + beta ^+ 2].
Proof.
move=> sym_A reachable.
have unit_K : krylov A b m.+1 \in unitmx by rewrite -row_free_unit /row_free reachable.
(* g is orthogonal to all of the first m states but the last, which it meets in 1. *)
pose g : 'cV[F]_m.+1 := (delta_mx 0 ord_max *m invmx (krylov A b m.+1))^T.
have meets i : (i <= m)%N -> dot g (A ^+ i *m b) = (i == m)%:R.
  move=> le_im; transitivity ((g^T *m krylov A b m.+1) 0 (inord i)).
    by rewrite /dot [LHS]mxE [RHS]mxE; apply: eq_bigr => l _; rewrite [krylov _ _ _ _ _]mxE inordK.
  by rewrite trmxK mulmxKV // mxE eqxx -[inord i == _]val_eqE /= inordK.
have meets_none i : (i < m)%N -> dot g (A ^+ i *m b) = 0 by move=> lt_im;
  rewrite (meets _ (ltnW lt_im)) ltn_eqF.
exists g => alpha beta A' b'; have sym_A' : symmetric A' := symmetric_bordered alpha beta g sym_A.
have last_state : A' ^+ m.+1 *m b' = padded beta (A ^+ m.+1 *m b).
  rewrite !exprS -![_ * _]/(_ *m _) -!mulmxA bordered_states // bordered_padded meets // eqxx.
  by rewrite mul0r scale0r add0r mulr0 add0r mulr1.
have response_sum i j : response A' b' b' (i + j) = dot (A' ^+ i *m b') (A' ^+ j *m b').
  by rewrite response_split sym_A'.
have response_sum_A i j : response A b b (i + j) = dot (A ^+ i *m b) (A ^+ j *m b).
  by rewrite response_split sym_A.
split=> // [j lt_j|]; last first.
  by rewrite mul2n -addnn response_sum response_sum_A !last_state dot_padded addrC -expr2.
have [le_jm|lt_mj] := leqP j m.
  by rewrite -[j]addn0 response_sum response_sum_A !bordered_states // dot_padded mul0r add0r.
have le_rest : (j - m.+1 <= m)%N by rewrite leq_subLR -ltnS -addnS addnn -mul2n.
rewrite -(subnK lt_mj) response_sum response_sum_A last_state bordered_states //.
by rewrite dot_padded mul0r add0r.
Qed.

(** So 2m responses never suffice: whatever the teacher, one such student errs
    at the next lag. *)
Theorem threshold_sharp (F : fieldType) (m : nat) (A : 'M[F]_m.+1)
    (b : 'cV[F]_m.+1) :
  symmetric A -> \rank (krylov A b m.+1) = m.+1 ->
  exists (A' : 'M[F]_m.+2) (b' : 'cV[F]_m.+2),
    [/\ symmetric A',
        forall j, (j < 2 * m.+1)%N -> response A' b' b' j = response A b b j
      & response A' b' b' (2 * m.+1) <> response A b b (2 * m.+1)].
Proof.
move=> sym_A reachable; have [g bordered_g] := one_response_less sym_A reachable.
have [sym_A' agree last] := bordered_g 0 1; exists (bordered 0 1 A g), (padded 0 b); split=> //.
by rewrite last expr1n => /eqP; rewrite -subr_eq0 addrC addKr oner_eq0.
Qed.

(** A further state with the pole rho, which no other state touches: its mass
    s^2 adds s^2 rho^j to the responses. *)
Theorem one_more_pole (R : comRingType) (m : nat) (A : 'M[R]_m.+1)
    (b : 'cV[R]_m.+1) (rho s : R) (j : nat) :
  response (bordered rho 0 A 0) (padded s b) (padded s b) j =
    response A b b j + s ^+ 2 * rho ^+ j.
Proof.
have -> : response (bordered rho 0 A 0) (padded s b) (padded s b) j =
    dot (padded s b) (padded (rho ^+ j * s) (A ^+ j *m b)).
  congr dot; elim: j => [|j IH]; first by rewrite !mul1mx mul1r.
  rewrite !exprS -![_ * _]/(_ *m _) -!mulmxA IH bordered_padded scaler0 add0r mul0r addr0.
  by rewrite mulrA.
by rewrite dot_padded addrC expr2 [s * (_ * s)]mulrCA [rho ^+ j * _]mulrC.
Qed.

Lemma bernoulli (R : numDomainType) (x : R) j : 0 <= x -> 1 + x *+ j <= (1 + x) ^+ j.
Proof.
move=> x_ge0; elim: j => [|j IH]; first by rewrite mulr0n addr0.
rewrite exprS mulrDl mul1r mulrSr addrA; apply: ler_add IH _.
by rewrite -[X in X <= _]mulr1 ler_wpmul2l // exprn_ege1 // ler_addl.
Qed.

(** Without a bound on the student's poles a small loss bounds nothing: for any
    factor rho above 1, any training length k and any bound delta on the
    residuals there is a balanced student whose error exceeds every number M. *)
Theorem unstable_student (R : archiFieldType) (m k : nat) (A : 'M[R]_m.+1)
    (b : 'cV[R]_m.+1) (rho delta : R) :
  symmetric A -> 1 < rho -> 0 < delta ->
  exists (A' : 'M[R]_m.+2) (b' : 'cV[R]_m.+2),
    [/\ symmetric A',
        forall j, (j < k)%N ->
          `|response A' b' b' j - response A b b j| <= delta
      & forall M, exists q, M < response A' b' b' q - response A b b q].
Proof.
move=> sym_A rho_gt1 delta_gt0; have rho_gt0 : 0 < rho := lt_trans ltr01 rho_gt1.
have rho_k : 0 < rho ^+ k by rewrite exprn_gt0.
pose s := delta / (rho ^+ k + delta).
have s_gt0 : 0 < s by rewrite divr_gt0 ?addr_gt0.
have s_le1 : s <= 1 by rewrite ler_pdivr_mulr ?addr_gt0 // mul1r ler_addr ltW.
exists (bordered rho 0 A 0), (padded s b); split; first exact: symmetric_bordered.
  move=> j lt_jk; rewrite one_more_pole addrC addKr ger0_norm; last by rewrite mulr_ge0 ?exprn_ge0 // ltW.
  apply: (@le_trans _ _ (s * rho ^+ k)).
    rewrite ler_pmul ?exprn_ge0 ?(ltW s_gt0) ?(ltW rho_gt0) //.
      by rewrite expr2 ler_pimull // ltW.
    by rewrite ler_eexpn2l // ltnW.
  by rewrite /s mulrAC ler_pdivr_mulr ?addr_gt0 // ler_pmul2l // ler_addl ltW.
move=> M; pose x := `|M| / (s ^+ 2 * (rho - 1)); exists (Num.bound x).
have gain_gt0 : 0 < s ^+ 2 * (rho - 1) by rewrite mulr_gt0 ?exprn_gt0 // subr_gt0.
have x_ge0 : 0 <= x by rewrite divr_ge0 // ltW.
rewrite one_more_pole addrC addKr; apply: le_lt_trans (ler_norm M) _.
have := archi_boundP x_ge0; rewrite ltr_pdivr_mulr // => lt_M; apply: lt_le_trans lt_M _.
rewrite mulrCA ler_pmul2l ?exprn_gt0 //.
have := bernoulli (Num.bound x) (ltW (_ : 0 < rho - 1)); rewrite subr_gt0 => /(_ rho_gt1).
rewrite addrCA subrr addr0; apply: le_trans; rewrite mulr_natl ler_addr; exact: ler01.
Qed.
