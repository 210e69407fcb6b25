"""Read an article from its beginning and keep who speaks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from kpu_nlp.linking.actors import Actor, Actors
from kpu_nlp.linking.facts import Quotation, Speech, Statement
from kpu_nlp.linking.quotes import Quoted, cue_after, verb_before
from kpu_nlp.linking.speech_words import (
    ANY_CUE,
    ASKED,
    BACK_REFERENCE,
    CLAUSE_START,
    COORDINATED,
    ELLIPSIS,
    GAP_TO_AGENT,
    GAP_TO_SPEAKER,
    HAPPENING,
    HEADLINE_VERB,
    MODAL,
    NARRATION,
    OTHERS,
    POINT,
    PRONOUN_SUBJECT,
    RELATIVE,
    SAYING,
    THAT,
    UNNAMED,
)

_TITLE_LENGTH = 300  # characters; a longer first line is a paragraph
_NEAR = 120  # characters between a verb of saying and the speaker after it, at most
_FAR = 600  # characters between a subject and its verb, at most


class Listener:
    """The state of a reader who goes through an article sentence by sentence.

    Attributes:
        topic: whom a pronoun means: the last speaker, or the subject of the last sentence about somebody.
        running: whose reported speech the next sentence continues if nobody else takes over.
    """

    def __init__(self, text: str, quoted: Sequence[Quoted], sentences: Sequence[tuple[int, int]], actors: Actors) -> None:
        self.text = text
        self.masked = _mask(text, quoted)
        self.actors = actors
        self.topic: str | None = None
        self.running: str | None = None
        self._waiting = list(reversed(quoted))
        self._sentences = sentences
        self._ends = [end for _, end in sentences]
        self._quotations: list[Quotation] = []
        self._statements: list[Statement] = []
        self._speakers: set[str] = set()

    def listen(self) -> Speech:
        """Read the article."""
        position = self._read_title()
        for start, end in self._sentences:
            position = max(position, start)
            while self._waiting and self._waiting[-1].open < end:
                position = self._hear(position)
            if position < end:
                self._read(position, end)
                position = end
        return Speech(tuple(self._quotations), tuple(self._statements), frozenset(self._speakers))

    # Quotations

    def _hear(self, position: int) -> int:
        """Attribute the next quotation, with the words before it from ``position``; return where its sentence ends."""
        chain = [self._waiting.pop()]
        while not chain[-1].closed and self._waiting and not self.text[chain[-1].close : self._waiting[-1].open].strip():
            chain.append(self._waiting.pop())  # the same quotation in its next paragraph
        opening = chain[0].open
        verb = self._lead(position, opening)
        speaker = self.topic
        close = chain[-1].close
        cue = cue_after(self.text, chain[-1]) or self._any_cue(close)
        end = close
        if cue is not None:
            end = self._sentence_end(cue.end())
            verb = cue.group("cue")
            named, told = self._speaker_after(cue, end)
            speaker = told if named else speaker
            self._statements.append(Statement(close, end, speaker))
        for quote in chain:
            self._quotations.append(Quotation(quote.start, quote.end, speaker, verb))
        self._say(speaker)
        return end

    def _any_cue(self, close: int) -> re.Match[str] | None:
        cue = ANY_CUE.match(self.text, close)
        return cue if cue and self._next_actor(cue.end(), cue.end() + 3, GAP_TO_AGENT) else None

    def _lead(self, start: int, opening: int) -> str | None:
        """Read the words of the sentence before a quotation; return their verb of saying."""
        if not any(char.isalpha() for char in self.text[start:opening]):
            return None
        self._read(start, opening)
        return verb_before(self.text, start, opening)

    def _sentence_end(self, position: int) -> int:
        """Return the end of the sentence around ``position``, at most where the next quotation opens."""
        index = bisect_left(self._ends, position)
        end = self._ends[index] if index < len(self._ends) else len(self.text)
        return max(position, min(end, self._waiting[-1].open)) if self._waiting else end

    def _speaker_after(self, cue: re.Match[str], end: int) -> tuple[bool, str | None]:
        """Tell whether the cue after a quotation names its speaker otherwise than by a pronoun, and whom."""
        if cue.groupdict().get("pronoun"):
            return False, None
        actor = self._next_actor(cue.end(), end, GAP_TO_SPEAKER)
        if actor is not None and (actor.person is not None or not BACK_REFERENCE.match(self.masked, actor.end)):
            return True, actor.person
        return not BACK_REFERENCE.match(self.masked, cue.end()), None

    def _next_actor(self, start: int, end: int, gap: re.Pattern[str]) -> Actor | None:
        following = self.actors.between(start, min(end, start + _NEAR))
        return following[0] if following and gap.fullmatch(self.masked, start, following[0].start) else None

    def _say(self, speaker: str | None) -> None:
        self.topic = self.running = speaker
        if speaker is not None:
            self._speakers.add(speaker)

    # Reported speech

    def _read_title(self) -> int:
        """Read a headline that sums up speech; return where the body begins."""
        if not self._sentences or "\n" not in self.text:
            return 0
        line_end = self.text.find("\n", self._sentences[0][0])
        if line_end < 0 or line_end > _TITLE_LENGTH or self.text[:line_end].rstrip().endswith("."):
            return 0
        if self._waiting and self._waiting[-1].open < line_end:
            return 0
        start = self._sentences[0][0]
        verb = HEADLINE_VERB.search(self.text, start, line_end)
        colon = self.text.find(":", start, line_end)
        edge = verb.start() if verb else colon if colon >= 0 else line_end
        subjects = [actor for actor in self.actors.between(start, line_end) if not actor.oblique]
        before = [actor for actor in subjects if actor.end <= edge]
        if before or len(subjects) == 1:
            self._statements.append(Statement(start, line_end, (before or subjects)[-1].person))
        return line_end

    def _read(self, start: int, end: int) -> None:
        """Read a sentence, or a part of one outside quotations."""
        for actor in self.actors.between(start, end):
            if actor.person is not None and ASKED.search(self.masked, max(start, actor.start - _NEAR), actor.start):
                self._speakers.add(actor.person)
        told = self._statements_in(start, end)
        if told:
            for index, (begin, speaker) in enumerate(told):
                stop = told[index + 1][0] if index + 1 < len(told) else end
                if begin < stop:
                    self._statements.append(Statement(begin, stop, speaker))
                self._say(speaker)
            return
        self._narrate(start, end)

    def _narrate(self, start: int, end: int) -> None:
        """Read a sentence without a word of saying: it continues reported speech, or tells of somebody."""
        actors = [actor for actor in self.actors.between(start, end) if actor.person]
        subject = next((actor for actor in actors if not actor.oblique), None)
        told_to = MODAL.search(self.masked, subject.end if subject else start, end) is not None
        if subject is not None and (subject.name.label == "PERSON" or not told_to):
            self.topic = subject.person
            self.running = None
        elif not told_to and (NARRATION.match(self.masked, start, end) or HAPPENING.search(self.masked, start, end)):
            self.running = None
        if subject is None and len(actors) == 1 and not PRONOUN_SUBJECT.search(self.masked, start, end):
            self.topic = actors[0].person  # `Tim menemui Fulan.` is about nobody else
        elif not actors and UNNAMED.search(self.masked, start, end):
            self.topic = None
        if self.masked.endswith(":", start, end) and subject is not None:
            self.running = subject.person
        if POINT.match(self.masked, start, end) and subject is None:
            self.running = self.running or self.topic
        if self.running is not None:
            self._statements.append(Statement(start, end, self.running))

    def _statements_in(self, start: int, end: int) -> list[tuple[int, str | None]]:
        """Return where each statement of a sentence begins, and its speaker."""
        told: list[tuple[int, str | None]] = []
        last = start
        for verb in SAYING.finditer(self.masked, start, end):
            if verb.group("own"):
                found: tuple[int, str | None] | None = (last, self.topic) if not told else None
            elif verb.group("active"):
                found = self._subject(last, verb.start(), first=not told)
            else:
                found = self._agent(verb, start, end)
            if found is not None:
                told.append((start if not told else found[0], found[1]))
                last = verb.end()
        return told

    def _subject(self, start: int, verb: int, *, first: bool) -> tuple[int, str | None] | None:
        """Return where the clause of an active verb begins, and its subject; None where the subject is nobody's name."""
        near = max(start, verb - _FAR)
        before = [actor for actor in self.actors.between(near, verb) if actor.end <= verb and not actor.oblique]
        while (
            len(before) > 1
            and before[-1].name.label == "ROLE"
            and RELATIVE.search(self.masked, before[-2].end, before[-1].start)
        ):
            before.pop()  # `Fulan, Anggota yang membidangi Divisi Hukum, berharap`
        pronoun = PRONOUN_SUBJECT.search(self.masked, before[-1].end if before else near, verb)
        if before and OTHERS.fullmatch(self.masked, max(before[-1].end, verb - _NEAR), verb):
            return None
        if not first:
            if (
                not before
                or pronoun
                or not CLAUSE_START.search(self.masked, max(near, before[-1].start - _NEAR), before[-1].start)
            ):
                return None
            return before[-1].start, before[-1].person
        if before and (before[-1].person is not None or pronoun is None):
            if not RELATIVE.match(self.masked, before[-1].end + 1, verb):
                self._also(before)
            return start, self._meant(before[-1])
        if pronoun is not None or (verb - start < _NEAR and ELLIPSIS.fullmatch(self.masked, start, verb)):
            return start, self.topic
        return None

    def _meant(self, actor: Actor) -> str | None:
        """Return whom an actor is: `Anggota KPU itu` is the one told of last where the role alone does not tell."""
        if actor.person is None and actor.name.label == "ROLE" and THAT.match(self.masked, actor.end):
            return self.topic
        return actor.person

    def _also(self, before: Sequence[Actor]) -> None:
        """Let everybody speak who stands joined before the subject: `X dan Y mengatakan`."""
        for actor, following in zip(before[-2::-1], before[:0:-1], strict=True):
            joined = following.start - actor.end < _NEAR and COORDINATED.fullmatch(self.masked, actor.end, following.start)
            if not joined:
                break
            if actor.person is not None:
                self._speakers.add(actor.person)

    def _agent(self, verb: re.Match[str], start: int, end: int) -> tuple[int, str | None] | None:
        """Return the beginning of a passive verb or a source (`menurut`), and the speaker who follows it."""
        actor = self._next_actor(verb.end(), end, GAP_TO_AGENT)
        if actor is not None:
            return verb.start(), actor.person
        if PRONOUN_SUBJECT.match(self.masked, verb.end() + 1, end):
            return verb.start(), self.topic
        before = self.actors.between(start, verb.start()) if verb.group("passive") else []
        if (
            before
            and self.masked.endswith("oleh ", start, before[-1].start)
            and not self.masked[before[-1].end : verb.start()].strip()
        ):
            return verb.start(), before[-1].person
        return None


def _mask(text: str, quoted: Sequence[Quoted]) -> str:
    """Return the text with the inside of its quotations blanked, offsets unchanged."""
    pieces: list[str] = []
    last = 0
    for quote in quoted:
        pieces += [text[last : quote.start], "\x00" * (quote.end - quote.start)]
        last = quote.end
    pieces.append(text[last:])
    return "".join(pieces)
