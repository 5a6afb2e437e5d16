(** Every theorem that the book cites, and what it assumes beyond its statement: nothing. *)

From Lowdim Require Import Responses Gradient Balance Charge Students Uniqueness Sharpness TwoSystems.

Print Assumptions response_polynomial.
Print Assumptions recurrence_unique.
Print Assumptions response_recurrent.
Print Assumptions silence.
Print Assumptions change_of_basis.

Print Assumptions gradient_closed_form.
Print Assumptions quadratic_loss.
Print Assumptions gradient_symmetric.
Print Assumptions gradient_rank.

Print Assumptions measure_split.
Print Assumptions balance_step.
Print Assumptions balance_kept.
Print Assumptions symmetry_kept.
Print Assumptions ports_move_alike.
Print Assumptions equal_treatment.
Print Assumptions states_move_alike.

Print Assumptions noether_identity.
Print Assumptions charge_step.
Print Assumptions zero_charge.

Print Assumptions anything_goes.

Print Assumptions agree_for_ever.
Print Assumptions moment_uniqueness.
Print Assumptions reachable_dimension.

Print Assumptions one_response_less.
Print Assumptions threshold_sharp.
Print Assumptions one_more_pole.
Print Assumptions unstable_student.

Print Assumptions two_systems.
