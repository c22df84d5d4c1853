"""The practice hotel's own web pages: the screens of Loggro's guide, for practising it by hand. They are not Loggro's.

They show and change what the practice servers answer from, and what nobody has seen of Loggro's screens is marked
«lectura nuestra». These paths are linked to from the wizard and the panel, and do not move:

    /recepcion
    /pymes/organizacion                     /pymes/organizacion/parametros    /pymes/organizacion/integraciones
    /pymes/cajas                            /pymes/plan
    /pymes/consecutivos                     /pymes/consecutivos/nuevo?familia=factura
    /pymes/consecutivos/{uuid}              /pymes/consecutivos/{uuid}/vigencias
    /pymes/ventas                           /pymes/ventas/{uuid}
    /pms/entrar                             /pms/reservas
    /pms/configuraciones/facturacion        /pms/configuraciones/facturacion/resoluciones
    /pms/facturas                           /pms/facturas/{full_number}

``FrontDesk.page(path)`` returns the address that opens one of them; a bare address shows nothing without the cookie.
Pages of the PMS send whoever has no PMS session to ``/pms/entrar`` and back.
"""
