"""The engine: how each approved document comes to stand in Pymes exactly once.

Why it is right, in one page
----------------------------
*Identity.* A document is its issuer, family, prefix and number (``DocumentKey``), not a random number per try. Any PC,
any reinstall, any second reading arrives at the same key, and the idempotency header is that key.

*Write first, then act.* ``Ledger.append`` commits the intent (WAL, ``synchronous=FULL``) before a byte leaves. A
document found in ``SENDING`` at start-up was cut off somewhere between commit and answer: it becomes ``IN_DOUBT``,
never ``SEEN``.

*Three outcomes.* A request that never left (no connection was made), or that Pymes refused for its token or its form
and not for what it said, returns to ``SEEN`` and is looked for before it is sent again. Any other refusal holds the
document with its cause. Everything else *may* have arrived and is ``IN_DOUBT``.

*Doubt is settled by looking.* An in-doubt document is looked up, with growing pauses. Found and equal is proven, found
and different is a conflict. Only when looks over the whole settling time keep finding nothing does it count as proven
missing and return to ``SEEN``; the next send carries the same key. That time goes by the wall clock, which people and
batteries set: so it takes several looks as well, and a moment further ahead than any pause counts as come.

*Look before send.* Nothing is sent that a look in the same cycle did not find absent. Between that look and the send
lies a gap in which another writer (Loggro's own sync, another PC) may write: look-before-send is not atomic. What
closes the gap is Pymes: our contract asks it to honour the key, and to refuse a second sale of the same number; the
refusal (409) is not an error but a reason to look again and adopt. Where a Pymes does neither, a double can arise in
that gap; the look that follows then finds two sales of one number and says so (``DOUBLED_IN_PYMES``) instead of showing
green.

*Green is read back.* ``PROVEN`` is entered only from a sale read from Pymes that agrees in every aspect
(``model.sales``).

*A second sale dated elsewhere.* A look by number sees every sale of that number. A look in pages, which settles most,
sees the days from the documents' own on, days to come included; a second sale of a number that is *also* shown there,
dated earlier than all of them, it does not see. No writer of documents makes one: Loggro's sync, another PC and this
program date a sale as the document is dated. A person can, by hand, and at any time, also long after the proof; so it
is no matter of this look, which would cost one question for each document, but of the month's conciliation, which
reads all.

*A person's word is no proof.* What was settled on Loggro's own screen is linked to a sale read from Pymes at that
moment (``SETTLED``): never sent, never green, with who said so and why, looked at again, and taken back to where it was
when the sale is gone or changed. Such acts are written between two batches, by the thread that owns the ledger.

*A ledger begins at a day.* What was dated before, and already approved at the first whole reading, is not taken and so
never sent, until somebody brings it (``backfill``): then the day moves back and the source is read again, where all
that is known already changes nothing. What is approved later counts however it is dated.

*Nothing wrong leaves.* Every batch proves the numbering anew before it is sent, and only documents whose number lies in
a range that agrees right now are sent (``guard``). A token of another hotel locks everything. Somebody may still edit
the numbering within the seconds of one batch: what Pymes then refuses is held, and goes once the numbering was seen to
change and agrees again; what it takes stands under the consecutivo that was proven, and nothing follows it.

*Where documents come from is interchangeable.* The PMS' list, a folder or a range (``connectors.source``): a source
hands out batches, and what it wants to remember is committed together with their rows. Only what the DIAN is known to
have approved becomes ``SEEN``; a rejected or unanswered document is held, cannot be released by hand, and gives way to
the approved one. Where nothing may be sent, numbering and rules keep no document from being looked for: absent is
``MISSING``, never a request to write.

*What is not written down has not happened.* A disk that is full, a ledger that another program holds, a folder that
may not be written: the commit fails before the byte leaves, the engine says so and tries again from the file.

*A lost ledger knows less than Pymes.* One that was damaged, lost or put back from a copy (``recovery``) is marked in
the file itself, and refuses every intent until both systems have been looked through (``rebuild``). A look finds what
has arrived, not what is still under way; so absence counts only once the settling time since the loss is over, as in
doubt.

*One writer.* The state of a document is derived from its events by ``model.journey.advance`` and written with them in
one transaction, by one thread that holds the lock on the data folder. A ledger on a server is written by the one
computer that holds the hotel's lock there, through the connection that holds it (``storage.server``): who lost the one
has lost the other, and can commit no intent. Before each request that writes it makes sure of that
(``Ledger.confirm``). A computer that falls asleep between this and the first byte may still send once it wakes, when
another has settled the doubt by looking and sent again: that gap too is closed by Pymes, by the key or by refusing the
number. Nobody notices that a server's database was put back from a copy: its documents are read and looked for again,
as after any absence.
"""
