"""The words of the console that are not ours: Click's, which it asks gettext for in English."""

from app.texts import _


def click_word(message: str) -> str:
    """Return Click's ``message`` in the chosen language; one that we do not know stays as it is."""
    words = {
        "Usage:": _("Uso:"),
        "Options": _("Opciones"),
        "Commands": _("Órdenes"),
        "Positional arguments": _("Argumentos"),
        "Show this message and exit.": _("Muestra esta ayuda y termina."),
        "Show the version and exit.": _("Muestra la versión y termina."),
        "%(prog)s, version %(version)s": _("%(prog)s, versión %(version)s"),
        "default: {default}": _("si no se dice: {default}"),
        "Error: {message}": _("Error: {message}"),
        "Aborted!": _("Interrumpido."),
        "Try '{command} {option}' for help.": _("Escriba «{command} {option}» para ver la ayuda."),
        "Missing command.": _("Falta la orden."),
        "Missing argument": _("Falta el argumento"),
        "Missing option": _("Falta la opción"),
        "No such command {name!r}.": _("No existe la orden «{name}»."),
        "No such option {name!r}.": _("No existe la opción «{name}»."),
        "Did you mean {possibility}?": _("¿Quiso decir {possibility}?"),
        "(Did you mean one of: {possibilities}?)": _("¿Quiso decir {possibility}?"),
        "Option {name!r} does not take a value.": _("La opción «{name}» no lleva valor."),
        "Option {name!r} requires an argument.": _("La opción «{name}» necesita un valor."),
        "Got unexpected extra argument ({args})": _("Sobra un argumento: {args}"),
        "Got unexpected extra arguments ({args})": _("Sobra un argumento: {args}"),
        "Invalid value for {param_hint}: {message}": _("Valor no válido en {param_hint}: {message}"),
        "Invalid value: {message}": _("Valor no válido: {message}"),
        "{value!r} is not a valid {number_type}.": _("«{value}» no es un número ({number_type})."),
        "{value} is not in the range {range}.": _("{value} no está entre los valores permitidos: {range}."),
        "{value!r} is not one of {choices}.": _("«{value}» no es una de las posibilidades: {choices}."),
        "{value!r} does not match the format {format}.": _("«{value}» no es una fecha con la forma {format}."),
        "{name} {filename!r} does not exist.": _("{name} «{filename}» no existe."),
        "{name} {filename!r} is a file.": _("{name} «{filename}» es un archivo."),
        "{name} {filename!r} is not readable.": _("{name} «{filename}» no se puede leer."),
        "directory": _("carpeta"),
        "path": _("ruta"),
        "file": _("archivo"),
    }
    return words.get(message, message)


def click_words(one: str, many: str, n: int) -> str:
    """Return Click's message for ``n`` things."""
    return click_word(one if n == 1 else many)
