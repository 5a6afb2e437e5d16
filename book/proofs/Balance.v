(** Balance: b = c, and what a step of gradient descent makes of u = b - c and v
    = b + c. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Lowdim Require Import Systems Gradient.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

(** The responses of a symmetric student are those of v less those of u, up to
    the factor 4. *)
Theorem measure_split (R : comRingType) (n : nat) (A : 'M[R]_n.+1)
    (b c : 'cV[R]_n.+1) (j : nat) :
  symmetric A ->
  response A b c j *+ 4 =
    response A (b + c) (b + c) j - response A (b - c) (b - c) j.
Proof.
move=> sym_A; have swap x y : dot x (A ^+ j *m y) = dot y (A ^+ j *m x).
  by rewrite dot_adjoint sym_power // dotC.
rewrite /response mulmxDr mulmxBr !dotDl !dotDr !dotNl !dotNr opprK (swap b c).
set X := dot b _; set Y := dot c _; set Z := dot c _.
rewrite !opprD !opprK addrACA (addrC X) -(addrA Y X) addNKr (addrC Y (- Z)) -(addrA Y Z) addNKr.
by rewrite -!mulr2n -mulrnA.
Qed.

(** The gradients of b and c are one symmetric matrix, applied to the other column. *)
Lemma gradient_b_sym (R : comRingType) n k (g : nat -> R) (A : 'M[R]_n.+1) c :
  symmetric A -> gradient_b k g A c = (\sum_(j < k) g j *: A ^+ j) *m c.
Proof. by move=> sym_A; rewrite mulmx_suml; apply: eq_bigr => j _; rewrite sym_A scalemxAl. Qed.

Lemma gradient_c_sum (R : comRingType) n k (g : nat -> R) (A : 'M[R]_n.+1) b :
  gradient_c k g A b = (\sum_(j < k) g j *: A ^+ j) *m b.
Proof. by rewrite mulmx_suml; apply: eq_bigr => j _; rewrite scalemxAl. Qed.

Lemma gradient_A_sym (R : comRingType) n k (g : nat -> R) (A : 'M[R]_n.+1) b :
  symmetric A -> symmetric (gradient_A k g A b b).
Proof.
move=> sym_A; rewrite /symmetric /gradient_A sym_A !trmx_mul trmxK mulmxA; congr (_ *m _ *m _).
by apply/matrixP => i l; rewrite !mxE addnC.
Qed.

(** One step of any size eta on any loss. With g j the derivative of the loss in
    the response at lag j, the sum is the book's 2P. *)
Theorem balance_step (R : comRingType) (n k : nat) (g : nat -> R) (eta : R)
    (A : 'M[R]_n.+1) (b c : 'cV[R]_n.+1) :
  symmetric A ->
  let PP := \sum_(j < k) g j *: A ^+ j in
  let b' := b - eta *: gradient_b k g A c in
  let c' := c - eta *: gradient_c k g A b in
  b' - c' = (1%:M + eta *: PP) *m (b - c) /\
  b' + c' = (1%:M - eta *: PP) *m (b + c).
Proof.
move=> sym_A; rewrite /= gradient_b_sym // gradient_c_sum.
set P := \sum_(j < k) _; rewrite mulmxDl mulmxBl !mul1mx -!scalemxAl mulmxBr mulmxDr scalerBr scalerDr.
split; first by rewrite opprB addrACA [RHS]addrACA [- c - _]addrC.
by rewrite opprD addrACA [- (eta *: (P *m c)) - _]addrC.
Qed.

(** A symmetric student moved by descent in b and c, while A moves within the
    symmetric matrices in any way: losses and steps may change from step to
    step, and balance is kept. *)
Theorem balance_kept (R : comRingType) (n k : nat) (g : nat -> nat -> R)
    (eta : nat -> R) (A : nat -> 'M[R]_n.+1) (b c : nat -> 'cV[R]_n.+1) :
  (forall s, symmetric (A s)) ->
  (forall s, b s.+1 = b s - eta s *: gradient_b k (g s) (A s) (c s)) ->
  (forall s, c s.+1 = c s - eta s *: gradient_c k (g s) (A s) (b s)) ->
  b 0%N = c 0%N -> forall s, b s = c s.
Proof.
move=> sym_A step_b step_c start; elim=> [//|s IH].
by rewrite step_b step_c gradient_b_sym // gradient_c_sum IH.
Qed.

(** The same where A is free and moves by descent, too: it stays symmetric. *)
Theorem symmetry_kept (R : comRingType) (n k : nat) (g : nat -> nat -> R)
    (eta : nat -> R) (A : nat -> 'M[R]_n.+1) (b c : nat -> 'cV[R]_n.+1) :
  (forall s, A s.+1 = A s - eta s *: gradient_A k (g s) (A s) (b s) (c s)) ->
  (forall s, b s.+1 = b s - eta s *: gradient_b k (g s) (A s) (c s)) ->
  (forall s, c s.+1 = c s - eta s *: gradient_c k (g s) (A s) (b s)) ->
  symmetric (A 0%N) -> b 0%N = c 0%N -> forall s, symmetric (A s) /\ b s = c s.
Proof.
move=> step_A step_b step_c sym_A start; elim=> [//|s [sym_s eq_s]]; split; last first.
  by rewrite step_b step_c gradient_b_sym // gradient_c_sum eq_s.
by rewrite /symmetric step_A [LHS]linearB [X in _ - X]linearZ /= sym_s eq_s (gradient_A_sym _ _ _ sym_s).
Qed.

(** The algebra behind the conserved quantity |b|^2 - |c|^2: along gradient flow
    its two terms change alike. Of A nothing is asked. *)
Theorem ports_move_alike (R : comRingType) (n k : nat) (g : nat -> R)
    (A : 'M[R]_n.+1) (b c : 'cV[R]_n.+1) :
  dot b (gradient_b k g A c) = dot c (gradient_c k g A b).
Proof.
by rewrite !dot_sumr; apply: eq_bigr => j _; rewrite !dotZr dot_adjoint tr_power trmxK dotC.
Qed.

(** Rules with a memory: the next value of a column is any function of its past
    values and gradients, the same for b and c. Momentum, weight decay and Adam
    are such rules. *)
Theorem equal_treatment (R : comRingType) (n k : nat) (g : nat -> nat -> R)
    (rule : seq ('cV[R]_n.+1 * 'cV[R]_n.+1) -> 'cV[R]_n.+1)
    (A : nat -> 'M[R]_n.+1) (b c : nat -> 'cV[R]_n.+1) :
  (forall s, symmetric (A s)) ->
  (forall s, b s.+1 =
    rule [seq (b i, gradient_b k (g i) (A i) (c i)) | i <- iota 0 s.+1]) ->
  (forall s, c s.+1 =
    rule [seq (c i, gradient_c k (g i) (A i) (b i)) | i <- iota 0 s.+1]) ->
  b 0%N = c 0%N -> forall s, b s = c s.
Proof.
move=> sym_A step_b step_c start; elim/ltn_ind=> -[//|s] IH.
rewrite step_b step_c; congr rule; apply/eq_in_map => i; rewrite mem_iota add0n => /IH eq_i.
by rewrite gradient_b_sym // gradient_c_sum eq_i.
Qed.

Lemma power_diag (R : comRingType) n (z : 'rV[R]_n.+1) j :
  diag_mx z ^+ j = diag_mx (\row_i z 0 i ^+ j).
Proof.
elim: j => [|j IH].
  by apply/matrixP => i l; rewrite !mxE expr0.
rewrite exprS IH -[LHS]/(_ *m _) mulmx_diag; congr diag_mx; apply/rowP => i.
by rewrite !mxE exprS.
Qed.

(** In a diagonal student they do so state by state: each b_i^2 - c_i^2 is
    conserved by the flow. *)
Theorem states_move_alike (R : comRingType) (n k : nat) (g : nat -> R)
    (z : 'rV[R]_n.+1) (b c : 'cV[R]_n.+1) (i : 'I_n.+1) :
  b i 0 * gradient_b k g (diag_mx z) c i 0 =
    c i 0 * gradient_c k g (diag_mx z) b i 0.
Proof.
rewrite !summxE !mulr_sumr; apply: eq_bigr => j _.
rewrite tr_diag_mx power_diag !mul_diag_mx !mxE mulrCA [RHS]mulrCA; congr (_ * _).
by rewrite mulrCA [RHS]mulrCA [c i 0 * _]mulrC.
Qed.
