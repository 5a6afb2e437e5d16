(** When finitely many responses determine all others. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Lowdim Require Import Systems Responses.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Systems of n and m states that agree at n + m lags agree for ever. Nothing
    is symmetric, nothing is balanced. *)
Theorem agree_for_ever (R : comRingType) (n m : nat) (A : 'M[R]_n.+1)
    (b c : 'cV[R]_n.+1) (A' : 'M[R]_m.+1) (b' c' : 'cV[R]_m.+1) :
  (forall j, (j < n.+1 + m.+1)%N -> response A b c j = response A' b' c' j) ->
  forall j, response A b c j = response A' b' c' j.
Proof.
move=> agree; apply: (recurrence_unique (rpredM (char_poly_monic A) (char_poly_monic A'))).
- by apply: annihilated_recurrent; rewrite rmorphM /= Cayley_Hamilton mul0r mul0mx.
- by apply: annihilated_recurrent; rewrite rmorphM /= Cayley_Hamilton mulr0 mul0mx.
by rewrite size_monicM ?char_poly_monic ?monic_neq0 ?char_poly_monic // !size_char_poly addnS.
Qed.

(** In an ordered ring a vector of length zero is zero. *)
Lemma dot_eq0 (R : realDomainType) n (x : 'cV[R]_n) : dot x x = 0 -> x = 0.
Proof.
rewrite dot_sum => /eqP; rewrite psumr_eq0 => [/allP zero|i _]; last by rewrite -expr2 sqr_ge0.
apply/colP => i; move: (zero i (mem_index_enum i)); rewrite mulf_eq0 orbb => /eqP ->.
by rewrite mxE.
Qed.

(** The key: the characteristic polynomial of the teacher sends the input of the
    student to zero. *)
Lemma teacher_annihilates (R : realDomainType) (n m : nat) (A : 'M[R]_n.+1) (b : 'cV[R]_n.+1)
    (A' : 'M[R]_m.+1) (b' c' : 'cV[R]_m.+1) :
  symmetric A ->
  (forall j, (j <= 2 * m.+1)%N -> response A b b j = response A' b' c' j) ->
  horner_mx A (char_poly A') *m b = 0.
Proof.
move=> sym_A agree; set q := char_poly A'; apply: dot_eq0.
have size_qq : (size (q * q)%R <= (2 * m.+1).+1)%N.
  by rewrite size_monicM ?char_poly_monic ?monic_neq0 ?char_poly_monic //
    size_char_poly mul2n -addnn !addSn !addnS.
transitivity (dot b (horner_mx A (q * q) *m b)).
  rewrite rmorphM /= -[_ * _]/(_ *m _) -mulmxA [RHS]dot_adjoint; congr dot; congr (_ *m _).
  rewrite horner_mx_sum [RHS]linear_sum; apply: eq_bigr => i _; rewrite [RHS]linearZ /=.
  by rewrite sym_power.
rewrite response_polynomial; transitivity (\sum_(i < size (q * q)%R) (q * q)`_i * response A' b' c' i).
  by apply: eq_bigr => i _; rewrite agree // -ltnS (leq_trans (ltn_ord i)).
by rewrite -response_polynomial rmorphM /= Cayley_Hamilton mulr0 mul0mx dot0r.
Qed.

(** A symmetric balanced student that agrees with any teacher of m states at the
    lags 0, ..., 2 m agrees with it for ever, however many states the student
    has. Of the teacher nothing is asked. *)
Theorem moment_uniqueness (R : realDomainType) (n m : nat) (A : 'M[R]_n.+1)
    (b : 'cV[R]_n.+1) (A' : 'M[R]_m.+1) (b' c' : 'cV[R]_m.+1) :
  symmetric A ->
  (forall j, (j <= 2 * m.+1)%N -> response A b b j = response A' b' c' j) ->
  forall j, response A b b j = response A' b' c' j.
Proof.
move=> sym_A agree; have zero := teacher_annihilates sym_A agree.
apply: (recurrence_unique (char_poly_monic A')); first exact: annihilated_recurrent.
  exact: response_recurrent.
by rewrite size_char_poly => j lt_j; apply: agree; rewrite (leq_trans (ltnW lt_j)) // mul2n -addnn leq_addr.
Qed.

(** Inner products of the two Krylov matrices of a system are its responses. *)
Lemma krylov_responses (R : comRingType) n (A : 'M[R]_n.+1) b c k :
  (krylov A^T c k)^T *m krylov A b k = \matrix_(i, j) response A b c (i + j).
Proof.
apply/matrixP => i j; rewrite mxE [RHS]mxE response_split dot_sum.
by apply: eq_bigr => l _; rewrite !mxE.
Qed.

(** The low dimensional state space: if the teacher is minimal, that is, all its
    states are reachable and observable, the student's vectors b, Ab, ...,
    A^(k-1) b span m dimensions for every k >= m. *)
Theorem reachable_dimension (R : realFieldType) (n m k : nat) (A : 'M[R]_n.+1)
    (b : 'cV[R]_n.+1) (A' : 'M[R]_m.+1) (b' c' : 'cV[R]_m.+1) :
  symmetric A ->
  (forall j, (j <= 2 * m.+1)%N -> response A b b j = response A' b' c' j) ->
  \rank (krylov A' b' m.+1) = m.+1 -> \rank (krylov A'^T c' m.+1) = m.+1 ->
  (m.+1 <= k)%N -> \rank (krylov A b k) = m.+1.
Proof.
move=> sym_A agree reachable observable le_mk; have zero := teacher_annihilates sym_A agree.
set q := char_poly A' in zero; have monic_q : q \is monic := char_poly_monic A'.
apply/eqP; rewrite eqn_leq; apply/andP; split.
  have -> : krylov A b k = krylov A b m.+1 *m \matrix_(i, j) ('X^j %% q)`_i.
    apply/matrixP => x j; transitivity ((horner_mx A ('X^j %% q) *m b) x 0).
      rewrite mxE -[in LHS](horner_mx_X A) -rmorphX /= {1}(divp_eq 'X^j q) rmorphD rmorphM /=.
      by rewrite mulmxDl -[_ * _]/(_ *m _) -mulmxA zero mulmx0 add0r.
    rewrite horner_mx_sum mulmx_suml summxE mxE.
    have size_r :
      (size ('X^j %% q)%R <= m.+1)%N by rewrite -ltnS -(size_char_poly A') ltn_modp (monic_neq0 monic_q).
    rewrite (big_ord_widen m.+1 (fun i => ((('X^j %% q)`_i *: A ^+ i) *m b) x 0)) // big_mkcond /=.
    apply: eq_bigr => i _; rewrite [X in _ = X * _]mxE [X in _ = _ * X]mxE -scalemxAl [in LHS]mxE.
    case: ltnP => [_|le_ri]; first exact: mulrC.
    by rewrite [('X^j %% q)`_i]nth_default ?mulr0.
  exact: leq_trans (mxrankM_maxl _ _) (rank_leq_col _).
have <- : \rank ((krylov A^T b m.+1)^T *m krylov A b m.+1) = m.+1.
  rewrite krylov_responses; have -> : \matrix_(i < m.+1, j < m.+1) response A b b (i + j) =
      (krylov A'^T c' m.+1)^T *m krylov A' b' m.+1.
    rewrite krylov_responses; apply/matrixP => i j; rewrite !mxE agree // mul2n -addnn.
    by rewrite leq_add // ltnW.
  apply: mxrank_unit; rewrite unitmx_mul unitmx_tr -!row_free_unit /row_free.
  by rewrite reachable observable !eqxx.
apply: leq_trans (mxrankM_maxr _ _) _.
have <- : colsub (widen_ord le_mk) (krylov A b k) = krylov A b m.+1.
  by apply/matrixP => x j; rewrite !mxE.
by rewrite -[krylov A b k]mulmx1 -mulmx_colsub mulmx1 mxrankM_maxl.
Qed.
