(** The Noether charge of a linear RNN: A A^T - A^T A + b b^T - c c^T. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Lowdim Require Import Systems Gradient.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The gradient of A as a sum over A^l b c^T A^i. *)
Definition outer (R : comRingType) n (A : 'M[R]_n.+1) (b c : 'cV[R]_n.+1) l i :=
  A ^+ l *m b *m (c^T *m A ^+ i).

Lemma gradient_A_tr (R : comRingType) n k (g : nat -> R) (A : 'M[R]_n.+1) b c :
  (gradient_A k g A b c)^T = \sum_(s < k.-1) \sum_(i < s.+1) g s.+1 *: outer A b c (s - i) i.
Proof.
rewrite gradient_A_sum [LHS]linear_sum; apply: eq_bigr => s _.
rewrite [LHS]linear_sum; apply: eq_bigr => i _; rewrite [LHS]linearZ /=; congr (_ *: _).
by rewrite trmx_mul trmxK trmx_mul tr_power trmxK.
Qed.

(** Two of the four terms telescope along each antidiagonal. *)
Lemma commutator (R : comRingType) n k (g : nat -> R) (A : 'M[R]_n.+1) b c :
  A *m (gradient_A k g A b c)^T - (gradient_A k g A b c)^T *m A =
  \sum_(s < k.-1) g s.+1 *: (outer A b c s.+1 0 - outer A b c 0 s.+1).
Proof.
rewrite gradient_A_tr mulmx_suml mulmx_sumr -sumrB; apply: eq_bigr => s _.
rewrite mulmx_suml mulmx_sumr -sumrB.
pose f i := - outer A b c (s.+1 - i) i.
transitivity (\sum_(i < s.+1) g s.+1 *: (f i.+1 - f i)).
  apply: eq_bigr => i _; rewrite -scalemxAr -scalemxAl -scalerBr /f opprK subSS [in RHS]addrC;
    congr (_ *: (_ - _)).
    by rewrite /outer !mulmxA subSn ?exprS // -ltnS.
  by rewrite /outer -!mulmxA exprSr.
rewrite -scaler_sumr -(big_mkord xpredT (fun i => f i.+1 - f i)) telescope_sumr // /f.
by rewrite subn0 subnn opprK addrC.
Qed.

(** The identity behind the conservation law: for the gradient of any loss in
    the responses, the charge does not change to first order. *)
Theorem noether_identity (R : comRingType) (n k : nat) (g : nat -> R)
    (A : 'M[R]_n.+1) (b c : 'cV[R]_n.+1) :
  let GA := gradient_A k g A b c in
  let Gb := gradient_b k g A c in
  let Gc := gradient_c k g A b in
  A *m GA^T - GA^T *m A + b *m Gb^T - Gc *m c^T = 0.
Proof.
rewrite /= commutator.
have -> : b *m (gradient_b k g A c)^T = \sum_(j < k) g j *: outer A b c 0 j.
  rewrite [(\sum_(j < k) _)^T]linear_sum mulmx_sumr; apply: eq_bigr => j _.
  by rewrite linearZ /= -scalemxAr trmx_mul tr_power trmxK /outer mul1mx.
have -> : gradient_c k g A b *m c^T = \sum_(j < k) g j *: outer A b c j 0.
  by rewrite mulmx_suml; apply: eq_bigr => j _; rewrite -scalemxAl /outer mulmx1.
case: k => [|k]; first by rewrite !big_ord0 !addr0 subr0.
rewrite -addrA -sumrB big_ord_recl subrr add0r -big_split big1 // => s _ /=.
by rewrite -scalerBr -scalerDr addrA subrK subrr scaler0.
Qed.

Lemma square_step (R : comRingType) m n (e : R) (X Y : 'M[R]_(m, n)) :
  (X - e *: Y) *m (X - e *: Y)^T = X *m X^T - e *: (X *m Y^T + Y *m X^T) + e ^+ 2 *: (Y *m Y^T).
Proof.
rewrite [(X - _)^T]linearB /= [(_ *: Y)^T]linearZ /= mulmxBr !mulmxBl -!scalemxAl -!scalemxAr scalerA -expr2.
by rewrite opprB [_ ^+ 2 *: _ - _]addrC addrA scalerDr opprD addrA [X *m X^T - _ - _]addrAC.
Qed.

Lemma combine (R : comRingType) n (e f : R) (P P' K K' Q Q' : 'M[R]_n) :
  (P - e *: K + f *: Q) + (P' - e *: K' + f *: Q') = P + P' - e *: (K + K') + f *: (Q + Q').
Proof. by rewrite addrACA -scalerDr [X in X + _]addrACA -opprD -scalerDr. Qed.

Lemma combineB (R : comRingType) n (e f : R) (P P' K K' Q Q' : 'M[R]_n) :
  (P - e *: K + f *: Q) - (P' - e *: K' + f *: Q') = P - P' - e *: (K - K') + f *: (Q - Q').
Proof. by rewrite -combine !opprD !scalerN. Qed.

Lemma combine4 (R : comRingType) n (e f : R) (P P' S S' K K' L L' Q Q' T T' : 'M[R]_n) :
  (P - e *: K + f *: Q) - (P' - e *: K' + f *: Q') + (S - e *: L + f *: T) - (S' - e *: L' + f *: T') =
  P - P' + S - S' - e *: (K - K' + L - L') + f *: (Q - Q' + T - T').
Proof. by rewrite combineB combine combineB. Qed.

Lemma regroup (V : zmodType) (a a' b b' c c' d d' : V) :
  (a + a') - (b + b') + (c + c') - (d + d') = (a - b + c - d) + (a' - b' + c' - d').
Proof. by rewrite !opprD [X in X + _ + _]addrACA [X in X + _]addrACA addrACA. Qed.

(** The charge after a step of descent: there is no term of first order in the step. *)
Theorem charge_step (R : comRingType) (n k : nat) (g : nat -> R) (eta : R)
    (A : 'M[R]_n.+1) (b c : 'cV[R]_n.+1) :
  let GA := gradient_A k g A b c in
  let Gb := gradient_b k g A c in
  let Gc := gradient_c k g A b in
  charge (A - eta *: GA) (b - eta *: Gb) (c - eta *: Gc) =
    charge A b c + eta ^+ 2 *: charge GA Gb Gc.
Proof.
rewrite /=; move: (noether_identity k g A b c) => /=.
move: (gradient_A _ _ _ _ _) (gradient_b _ _ _ _) (gradient_c _ _ _ _) => GA Gb Gc zero.
have squareT : (A - eta *: GA)^T *m (A - eta *: GA) =
    A^T *m A - eta *: (GA^T *m A + A^T *m GA) + eta ^+ 2 *: (GA^T *m GA).
  have tr_step : A^T - eta *: GA^T = (A - eta *: GA)^T by rewrite [RHS]linearB /= [(_ *: GA)^T]linearZ.
  by rewrite [GA^T *m A + _]addrC; have := square_step eta A^T GA^T; rewrite tr_step !trmxK.
rewrite /charge squareT !square_step [c *m Gc^T + _]addrC [LHS]combine4.
suff -> : A *m GA^T + GA *m A^T - (GA^T *m A + A^T *m GA) + (b *m Gb^T + Gb *m b^T)
    - (Gc *m c^T + c *m Gc^T) = 0 by rewrite scaler0 subr0.
rewrite regroup zero add0r; have := congr1 trmx zero; rewrite trmx0.
have trD (X Y : 'M[R]_n.+1) : (X + Y)^T = X^T + Y^T by exact: linearD.
have trB (X Y : 'M[R]_n.+1) : (X - Y)^T = X^T - Y^T by exact: linearB.
by rewrite trB trD trB !trmx_mul !trmxK.
Qed.

Lemma square_trace (R : realDomainType) m n (X : 'M[R]_(m, n)) : 0 <= \tr (X *m X^T).
Proof.
by apply: sumr_ge0 => i _; rewrite mxE; apply: sumr_ge0 => j _; rewrite mxE -expr2 sqr_ge0.
Qed.

Lemma square_trace_eq0 (R : realDomainType) m n (X : 'M[R]_(m, n)) : \tr (X *m X^T) = 0 -> X = 0.
Proof.
have square_ge0 i j : 0 <= X i j * X^T j i by rewrite mxE -expr2 sqr_ge0.
move=> /eqP; rewrite psumr_eq0 => [|i _]; last by rewrite mxE sumr_ge0.
move=> /allP zero; apply/matrixP => i j; rewrite mxE; apply/eqP.
have := zero i (mem_index_enum i); rewrite mxE psumr_eq0 // => /allP /(_ j (mem_index_enum j)).
by rewrite mxE mulf_eq0 orbb.
Qed.

(** A system whose charge is zero, in a basis of which the first n vectors span
    an invariant subspace that holds the input: the others are touched by no
    output and drive nothing, and there the state matrix is normal. *)
Theorem zero_charge (R : realDomainType) (n m : nat) (A1 : 'M[R]_n)
    (A2 : 'M[R]_(n, m)) (A3 : 'M[R]_m) (b1 c1 : 'cV[R]_n) (c2 : 'cV[R]_m) :
  charge (block_mx A1 A2 0 A3) (col_mx b1 0) (col_mx c1 c2) = 0 ->
  [/\ A2 = 0, c2 = 0 & A3 *m A3^T = A3^T *m A3].
Proof.
move=> zero; have {zero} := congr1 drsubmx zero.
rewrite /charge !tr_block_mx !tr_col_mx !trmx0 !mulmx_block !mul_col_row.
have drB (X Y : 'M[R]_(n + m)) : drsubmx (X - Y) = drsubmx X - drsubmx Y.
  by apply/matrixP => i j; rewrite !mxE.
have drD (X Y : 'M[R]_(n + m)) : drsubmx (X + Y) = drsubmx X + drsubmx Y.
  by apply/matrixP => i j; rewrite !mxE.
have dr0 : drsubmx (0 : 'M[R]_(n + m)) = 0 by apply/matrixP => i j; rewrite !mxE.
rewrite drB drD drB dr0 !block_mxKdr !mulmx0 add0r addr0.
move=> /subr0_eq corner; have normal : A3 *m A3^T - A3^T *m A3 = A2^T *m A2 + c2 *m c2^T.
  by rewrite -corner opprD addrCA addNKr.
have : \tr (A2^T *m A2^T^T) + \tr (c2 *m c2^T) == 0.
  by rewrite trmxK -mxtraceD -normal [\tr _]linearB /= mxtrace_mulC subrr.
rewrite paddr_eq0 ?square_trace // => /andP [/eqP/square_trace_eq0 tr_A2_0 /eqP/square_trace_eq0 c2_0].
have A2_0 : A2 = 0 by rewrite -[A2]trmxK tr_A2_0 trmx0.
split=> //; apply: subr0_eq; rewrite normal A2_0 c2_0.
by rewrite mulmx0 mul0mx addr0.
Qed.
