"""Matrices with names above or beside them, paired with their derivatives."""

from __future__ import annotations

from books import Content, book_of
from structures import said, structure, table, updated, verdicts

from sheetgen.audit.told import Told

LAYER: dict[str, Content] = {
    "A1": "X", "A2": 1.0, "B2": 2.0,  # one sample
    "D1": "W1", "D2": 0.1, "E2": 0.2, "D3": 0.3, "E3": -0.4,
    "G1": "T", "G2": 1.0, "H2": 0.5,
    "J1": "Z1", "J2:K2": "=MMULT(A2:B2,D2:E3)",
    "M1": "A1", "M2:N2": "=TANH(J2:K2)",
    "P1": "Loss", "P2": "=0.5*SUMXMY2(M2:N2,G2:H2)",
    "A6": "dL/dA1", "A7:B7": "=M2:N2-G2:H2",
    "D6": "dL/dZ1", "D7:E7": "=A7:B7*(1-M2:N2^2)",
    "G6": "dL/dW1", "G7:H8": "=MMULT(TRANSPOSE(A2:B2),D7:E7)",
    "J6": "W1 new", "J7:K8": "=D2:E3-M7*G7:H8",
    "M6": "η", "M7": 0.5,
}  # fmt: skip
"""A layer of two tanh units: forward on top, backward below."""


def test_forward_on_top_and_backward_below() -> None:
    found, counts = verdicts(book_of(LAYER))
    assert said(found)["H8"] == "P2 by E3"
    assert said(found)["D7"] == "P2 by J2"
    assert counts == {"right": 8}
    assert {place.address for place in found.parameters} == {"D2", "E2", "D3", "E3"}
    assert updated(found)["K8"] == "E3 − M7·H8"


def test_names_stand_beside_the_matrices_as_well() -> None:
    moved = {"C2": "W1", "F7": "dL/dW1"}
    cells = {address: content for address, content in LAYER.items() if address not in ("D1", "G6", "J6", "J7:K8")}
    assert said(structure(cells | moved))["H8"] == "P2 by E3"


def test_other_names_for_the_same() -> None:
    spelled = {"A6": "∂L/∂a1", "D6": "δ1", "G6": "grad_W1", "P1": "E_total", "J6": "W1 updated"}
    found = structure(LAYER | spelled)
    assert said(found) == said(structure(LAYER))
    unsure = {claim.cell.address for claim in found.claims if not claim.sure}
    assert unsure == {"D7", "E7"}


def test_a_wrong_matrix_is_wrong_where_its_formula_is() -> None:
    _, counts = verdicts(book_of(LAYER | {"D7:E7": "=A7:B7*(1-J2:K2^2)"}))
    assert counts == {"right": 2, "wrong": 2, "follows": 4}


def test_copies_for_each_sample_and_their_sum() -> None:
    """Two samples side by side, each with the weight repeated, and the sum over both."""
    cells: dict[str, Content] = {
        "A1": "x", "A2": 1.5, "C1": "w", "C2": 0.5, "E1": "cost", "E2": "=(A2*C2-1)^2", "G1": "dw",
        "G2": "=2*(A2*C2-1)*A2",
        "K1": "x", "K2": -0.5, "M1": "w", "M2": "=C2", "O1": "cost", "O2": "=(K2*M2-2)^2", "Q1": "dw",
        "Q2": "=2*(K2*M2-2)*K2",
        "S1": "dw sum", "S2": "=G2+Q2",
    }  # fmt: skip
    found, counts = verdicts(book_of(cells))
    assert said(found) == {"G2": "E2 by C2", "Q2": "O2 by M2", "S2": "E2+O2 by C2+M2"}
    assert counts == {"right": 3}
    _, counts = verdicts(book_of(cells | {"S2": "=G2+G2"}))
    assert counts == {"right": 2, "wrong": 1}


def test_samples_that_share_a_weight_have_their_own_losses() -> None:
    cells: dict[str, Content] = {
        "A1": "w", "A2": 0.5,
        "C1": "x1", "C2": 1.5, "E1": "loss", "E2": "=(C2*A2-1)^2", "G1": "dw", "G2": "=2*(C2*A2-1)*C2",
        "C4": "x2", "C5": 2.5, "E4": "loss", "E5": "=(C5*A2-2)^2", "G4": "dw", "G5": "=2*(C5*A2-2)*C5",
    }  # fmt: skip
    found, counts = verdicts(book_of(cells))
    assert said(found) == {"G2": "E2 by A2", "G5": "E5 by A2"}
    assert counts == {"right": 2}


def test_a_small_d_is_a_derivative_only_beside_such_a_quantity() -> None:
    found = structure(LAYER | {"R1": "data", "R2": "=A2*2", "T1": "dropout", "T2": "=A2"})
    assert said(found) == said(structure(LAYER))


def test_a_list_of_names_with_numbers_beside_them() -> None:
    listed = table(1, [["w", 0.5], ["x", 2.0], ["t", 3.0], ["E", "=(B1*B2-B3)^2"], ["dE/dw", "=2*(B1*B2-B3)*B2"]])
    assert said(structure(listed)) == {"B5": "B4 by B1"}


def test_a_person_tells_the_loss_and_the_pairs() -> None:
    unnamed = {address: content for address, content in LAYER.items() if address not in ("P1", "G6", "D1")}
    assert not [claim for claim in structure(unnamed).claims if claim.cell.address == "G7"]
    told = structure(unnamed, Told(loss="P2", pairs=("D2:E3:G7:H8",)))
    assert said(told)["H8"] == "P2 by E3"
    labels = structure(LAYER | {"G6": "step for W1"}, Told(pairs=("W1:step for W1",)))
    assert said(labels)["H8"] == "P2 by E3"


def test_a_quantity_stands_before_its_derivative() -> None:
    """Forward on the left and backward on the right of each sample: the weight of the next is nearer."""
    cells: dict[str, Content] = {
        "A1": "w", "A2": 0.5, "C1": "cost", "C2": "=(1.5*A2-1)^2", "G1": "dw", "G2": "=2*(1.5*A2-1)*1.5",
        "I1": "w", "I2": "=A2", "K1": "cost", "K2": "=(2*I2-1)^2", "O1": "dw", "O2": "=2*(2*I2-1)*2",
    }  # fmt: skip
    assert said(structure(cells)) == {"G2": "C2 by A2", "O2": "K2 by I2"}


def test_a_derivative_that_leaves_out_a_copy_of_its_quantity_claims_nothing() -> None:
    """The second use of h has an h and a dh of its own; whether the first dh is to include it, nobody can say."""
    cells: dict[str, Content] = {
        "A1": "w", "A2": 0.5, "C1": "h", "C2": "=A2*3", "E1": "E", "E2": "=C2^2+G2^3", "G1": "h", "G2": "=C2",
        "C4": "dh", "C5": "=2*C2", "G4": "dh", "G5": "=3*G2^2", "A4": "dw", "A5": "=(C5+G5)*3",
    }  # fmt: skip
    assert said(structure(cells)) == {"A5": "E2 by A2", "G5": "E2 by G2"}
    assert said(structure(cells | {"C5": "=2*C2+G5"}))["C5"] == "E2 by C2"
