"""The wizard: the guide's eight steps on the screen, drawn from one ``Activation``. What is true is ``app.setup``'s."""
