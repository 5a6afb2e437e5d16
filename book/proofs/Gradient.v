(** The closed form of the gradient: a Hankel matrix between two Krylov
    matrices. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Lowdim Require Import Systems.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

(** The rules of differentiation, for polynomials. *)
Section Rules.
Variable R : comRingType.

Lemma derivative_ext (f f' : R -> R) d : f =1 f' -> derivative_at_0 f' d -> derivative_at_0 f d.
Proof. by move=> eq_f [p [eq_p eq_d]]; exists p; split=> // t; rewrite eq_f. Qed.

Lemma derivative_const (a : R) : derivative_at_0 (fun=> a) 0.
Proof. by exists a%:P; split=> [t|]; rewrite ?hornerC // derivC horner0. Qed.

Lemma derivative_line (a d : R) : derivative_at_0 (fun t => a + t * d) d.
Proof. by exists (a%:P + 'X * d%:P); split=> [t|]; rewrite ?derivE !hornerE. Qed.

Lemma derivative_add (f f' : R -> R) d d' :
  derivative_at_0 f d -> derivative_at_0 f' d' -> derivative_at_0 (fun t => f t + f' t) (d + d').
Proof.
move=> [p [eq_p <-]] [q [eq_q <-]]; exists (p + q); split=> [t|]; last by rewrite derivD hornerD.
by rewrite hornerD eq_p eq_q.
Qed.

Lemma derivative_mul (f f' : R -> R) d d' :
  derivative_at_0 f d -> derivative_at_0 f' d' ->
  derivative_at_0 (fun t => f t * f' t) (d * f' 0 + f 0 * d').
Proof.
move=> [p [eq_p <-]] [q [eq_q <-]]; exists (p * q); split=> [t|]; first by rewrite hornerM eq_p eq_q.
by rewrite derivM hornerD !hornerM eq_p eq_q.
Qed.

Lemma derivative_sum (I : Type) (r : seq I) (f : I -> R -> R) (d : I -> R) :
  (forall i, derivative_at_0 (f i) (d i)) ->
  derivative_at_0 (fun t => \sum_(i <- r) f i t) (\sum_(i <- r) d i).
Proof.
move=> deriv; elim: r => [|i r IH].
  by rewrite big_nil; apply: derivative_ext (derivative_const 0) => t; rewrite big_nil.
rewrite big_cons; apply: derivative_ext (derivative_add (deriv i) IH) => t; exact: big_cons.
Qed.

(** A matrix is differentiated entry by entry. *)
Definition matrix_derivative m n (F : R -> 'M[R]_(m, n)) (D : 'M[R]_(m, n)) :=
  forall i j, derivative_at_0 (fun t => F t i j) (D i j).

Lemma matrix_line m n (A D : 'M[R]_(m, n)) : matrix_derivative (fun t => A + t *: D) D.
Proof. by move=> i j; apply: derivative_ext (derivative_line (A i j) (D i j)) => t; rewrite !mxE. Qed.

Lemma matrix_mul m n p (F : R -> 'M[R]_(m, n)) (G : R -> 'M[R]_(n, p)) D E :
  matrix_derivative F D -> matrix_derivative G E ->
  matrix_derivative (fun t => F t *m G t) (D *m G 0 + F 0 *m E).
Proof.
move=> dF dG i j; rewrite !mxE -big_split /=.
have deriv l : derivative_at_0 (fun t => F t i l * G t l j) (D i l * G 0 l j + F 0 i l * E l j).
  exact: derivative_mul.
by apply: derivative_ext (derivative_sum _ deriv) => t; rewrite mxE.
Qed.

Lemma matrix_power n (A D : 'M[R]_n.+1) j :
  matrix_derivative (fun t => (A + t *: D) ^+ j) (\sum_(i < j) A ^+ i *m D *m A ^+ (j.-1 - i)).
Proof.
elim: j => [|j IH].
  by rewrite big_ord0 => i l; rewrite [X in derivative_at_0 _ X]mxE; apply: derivative_const.
have at_0 : A = A + 0 *: D by rewrite scale0r addr0.
have sum_power : \sum_(i < j.+1) A ^+ i *m D *m A ^+ (j.+1.-1 - i) =
    D *m (A + 0 *: D) ^+ j + (A + 0 *: D) *m \sum_(i < j) A ^+ i *m D *m A ^+ (j.-1 - i).
  rewrite -at_0 big_ord_recl /= mul1mx subn0; congr (_ + _).
  rewrite mulmx_sumr; apply: eq_bigr => i _; rewrite exprS -[A * _]/(A *m _) !mulmxA; congr (_ *m A ^+ _).
  by rewrite subnS predn_sub.
by rewrite sum_power => i l; apply: derivative_ext (matrix_mul (matrix_line A D) IH i l) => t; rewrite exprS.
Qed.

End Rules.

(** Sums over i + l < k, counted along the antidiagonals. *)
Lemma antidiagonals (V : zmodType) (F : nat -> nat -> V) k :
  \sum_(i < k) \sum_(l < k | (i + l < k)%N) F i l = \sum_(s < k) \sum_(i < s.+1) F i (s - i)%N.
Proof.
have -> : \sum_(i < k) \sum_(l < k | (i + l < k)%N) F i l = \sum_(i < k) \sum_(l < k - i) F i l.
  apply: eq_bigr => i _; rewrite (big_ord_widen k (F i)) ?leq_subr //.
  by apply: eq_bigl => l; rewrite ltn_subRL.
elim: k => [|k IH]; first by rewrite !big_ord0.
rewrite [RHS]big_ord_recr /= -IH big_ord_recr /= subSnn big_ord1.
rewrite [\sum_(i < k.+1) F i _]big_ord_recr /= subnn addrA -big_split /=; congr (_ + _).
by apply: eq_bigr => i _; rewrite subSn ?big_ord_recr // ltnW.
Qed.

(** The closed form, written out. *)
Lemma gradient_A_sum (R : comRingType) n k (g : nat -> R) (A : 'M[R]_n.+1) b c :
  gradient_A k g A b c =
  \sum_(s < k.-1) \sum_(i < s.+1) g s.+1 *: (A^T ^+ i *m c *m (A ^+ (s - i) *m b)^T).
Proof.
pose F i l := g (i + l).+1 *: (A^T ^+ i *m c *m (A ^+ l *m b)^T).
transitivity (\sum_(s < k.-1) \sum_(i < s.+1) F i (s - i)%N); last first.
  by apply: eq_bigr => s _; apply: eq_bigr => i _; rewrite /F subnKC // -ltnS.
rewrite -antidiagonals; apply/matrixP => x y; rewrite /gradient_A mxE summxE.
under eq_bigr => l _ do rewrite mxE mulr_suml; rewrite exchange_big /=; apply: eq_bigr => i _.
rewrite summxE [RHS]big_mkcond /=; apply: eq_bigr => l _; rewrite !mxE.
case: ltnP => _; last by rewrite mulr0 mul0r.
by rewrite big_ord1 ?mxE mulrA [_ * g _]mulrC.
Qed.

(** Along any line the response is a polynomial in t, whose derivative pairs the
    direction with closed forms. *)
Lemma response_derivative (R : comRingType) n (A D : 'M[R]_n.+1) (b db c dc : 'cV[R]_n.+1) j :
  derivative_at_0 (fun t => response (A + t *: D) (b + t *: db) (c + t *: dc) j)
    (\sum_(i < j) dot (A^T ^+ i *m c) (D *m (A ^+ (j.-1 - i) *m b))
     + dot (A^T ^+ j *m c) db + dot (A ^+ j *m b) dc).
Proof.
have line_tr : matrix_derivative (fun t => (c + t *: dc)^T) dc^T.
  by move=> x y; rewrite mxE; apply: derivative_ext (matrix_line c dc y x) => t; rewrite mxE.
have := matrix_mul line_tr (matrix_mul (matrix_power A D j) (matrix_line b db)).
move=> /(_ 0 0); rewrite !scale0r !addr0; congr derivative_at_0.
rewrite mxE -![(_^T *m _) 0 0]/(dot _ _) dotDr mulmx_suml dot_sumr [RHS]addrC.
congr (_ + (_ + _)); first exact: dotC; last by rewrite dot_adjoint tr_power.
by apply: eq_bigr => i _; rewrite -!mulmxA dot_adjoint tr_power.
Qed.

(** The closed form of the gradient is the gradient, for any loss in the first k
    responses and in any direction. *)
Theorem gradient_closed_form (R : comRingType) (n k : nat) (l : (nat -> R) -> R)
    (g : nat -> R) (A D : 'M[R]_n.+1) (b db c dc : 'cV[R]_n.+1) :
  partial_derivatives k l (response A b c) g ->
  derivative_at_0
    (fun t => l (response (A + t *: D) (b + t *: db) (c + t *: dc)))
    (frobenius (gradient_A k g A b c) D
     + dot (gradient_b k g A c) db + dot (gradient_c k g A b) dc).
Proof.
move=> partial.
have at_0 j : response (A + 0 *: D) (b + 0 *: db) (c + 0 *: dc) j = response A b c j.
  by rewrite !scale0r !addr0.
move: (partial _ _ at_0 (response_derivative A D b db c dc)); congr derivative_at_0.
under eq_bigr => j _ do rewrite !mulrDr; rewrite !big_split /= /gradient_b /gradient_c !dot_suml.
congr (_ + _ + _); try by apply: eq_bigr => j _; rewrite dotZl.
rewrite gradient_A_sum; case: k {partial} => [|k];
  first by rewrite !big_ord0 /frobenius trmx0 mul0mx mxtrace0.
rewrite big_ord_recl big_ord0 mulr0 add0r /frobenius /= linear_sum mulmx_suml linear_sum.
apply: eq_bigr => s _; rewrite mulr_sumr linear_sum mulmx_suml linear_sum; apply: eq_bigr => i _.
rewrite linearZ /= -scalemxAl linearZ /= trmx_mul trmxK -mulmxA mxtrace_mulC -mulmxA [\tr _]big_ord1.
by [].
Qed.

(** The population loss, and any other quadratic form in the residuals, has the
    partial derivatives one expects. *)
Theorem quadratic_loss (R : comRingType) (k : nat) (W : nat -> nat -> R)
    (target m : nat -> R) :
  partial_derivatives k
    (fun s => \sum_(j < k) \sum_(i < k)
       W j i * (s j - target j) * (s i - target i))
    m (fun j => \sum_(i < k) (W j i + W i j) * (m i - target i)).
Proof.
move=> f d at_0 deriv.
have residual j : derivative_at_0 (fun t => f j t - target j) (d j).
  by rewrite -[d j]addr0; apply: derivative_add (derivative_const _).
have term j i : derivative_at_0 (fun t => W j i * (f j t - target j) * (f i t - target i))
    (W j i * (m i - target i) * d j + W j i * (m j - target j) * d i).
  have := derivative_mul (derivative_mul (derivative_const (W j i)) (residual j)) (residual i).
  by rewrite !at_0 mul0r add0r mulrAC.
have := derivative_sum (index_enum _) (fun j : 'I_k => derivative_sum (index_enum _) (fun i : 'I_k =>
  term j i)).
congr derivative_at_0; under eq_bigr => j _ do rewrite big_split /=; rewrite big_split /=.
rewrite [X in _ + X]exchange_big -big_split /=; apply: eq_bigr => j _.
by rewrite -big_split mulr_suml; apply: eq_bigr => i _; rewrite !mulrDl.
Qed.

(** Within the symmetric matrices the gradient of A is its symmetric part. *)
Theorem gradient_symmetric (R : comRingType) (n : nat) (G D : 'M[R]_n) :
  symmetric D -> frobenius (G + G^T) D = frobenius G D *+ 2.
Proof.
move=> sym_D; rewrite /frobenius [(G + G^T)^T]linearD /= trmxK mulmxDl mxtraceD mulr2n; congr (_ + _).
by rewrite -mxtrace_tr trmx_mul sym_D mxtrace_mulC.
Qed.

(** However many states there are, the gradient of A has rank at most k - 1. *)
Theorem gradient_rank (F : fieldType) (n k : nat) (g : nat -> F)
    (A : 'M[F]_n.+1) (b c : 'cV[F]_n.+1) :
  (\rank (gradient_A k g A b c) <= minn n.+1 k.-1)%N.
Proof.
by rewrite leq_min rank_leq_row /gradient_A -mulmxA (leq_trans (mulmx_max_rank _ _)).
Qed.
