"""What Pymes lists beside the hotel's documents must not stop anything."""

from app.connectors.pymes_contract import WireConsecutivo, WireVenta, WireVigencia, numberings_of
from app.model.documents import DocumentType, Family


def test_a_sale_of_an_unknown_type_is_none_of_ours() -> None:
    row = {"uuid": "1", "tipoDocumento": "COTIZACION", "numero": 7}
    assert WireVenta.model_validate(row).sale() is None
    known = WireVenta.model_validate(row | {"tipoDocumento": "01"}).sale()
    assert known is not None and known.type is DocumentType.FACTURA


def test_a_consecutivo_of_an_unknown_type_is_left_out() -> None:
    owners = [WireConsecutivo(uuid=kind, tipoDocumento=kind) for kind in ("01", "REMISION")]
    vigencias = [
        WireVigencia(uuid=f"v-{owner.uuid}", consecutivoUuid=owner.uuid, numeracionInicial=1, numeracionFinal=9)
        for owner in owners
    ]
    assert [numbering.family for numbering in numberings_of(owners, vigencias)] == [Family.FACTURA]
