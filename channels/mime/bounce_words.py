"""What mail servers say when they cannot deliver, sorted by what it means for the address.

Data only, gathered from the wording of many mail systems; `bounces` knows how to use it.
"""

from __future__ import annotations

import re
from typing import Final

DAEMONS: Final = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|post_?master|mmdf|poostmaster|mail\.?delivery"
    r"|mail-?delivery-?subsystem|bounces?"
    r"|undeliverable|mdaemon|mailerdaemon|sysadmin|mail-?administrator|maildelivery|email-?delivery)\b",
    re.IGNORECASE,
)
"""The local part, or the display name, of a sender that reports on delivery."""

SUBJECTS: Final = re.compile(
    r"undeliver(?:able|ed)|non-?deliver|not deliver|could ?n[o']t be delivered"
    r"|deliver\w{0,10} (?:has )?(?:fail|problem|error|delay)"
    r"|fail\w{0,10} (?:to )?deliver|failure notice|returned (?:e-?)?mail|mail (?:could not be )?returned"
    r"|returning message"
    r"|delivery (?:status|report|notification)|mail (?:system )?error|mail delivery"
    r"|message delivery has failed"
    r"|warning: (?:message|could not send)|there was an error sending|bounced mail|delayed mail"
    r"|message status"
    r"|error sending|mail failure|undelivered|unzustellbar|zustellung|non remis"
    r"|échec de (?:la )?remise|no se puede entregar"
    r"|mancata consegna|não (?:foi )?entregue|niet bezorgd|onbestelbaar|не доставлен"
    r"|недоставленн|エラー通知|配信不能|退信|系统退信"
    r"|are not member|not a member|rejected"
)
"""Subjects of reports in lower case; alone they prove nothing."""

BODIES: Final = re.compile(
    r"could not be delivered|couldn't be delivered|unable to deliver"
    r"|was ?n[o']t (?:able to|delivered)|not be delivered"
    r"|not (?:yet )?been delivered|delivery (?:to|of).{0,80}(?:fail|delay|aborted)"
    r"|delivery (?:has )?failed|had delivery"
    r"|did not (?:reach|receive)|has been returned|returned to (?:you|sender)"
    r"|permanent (?:fatal )?errors?|cannot be delivered"
    r"|error (?:has )?(?:occurred|delivering)|delivery error|undeliverable"
    r"|failed to (?:deliver|send)|mail system error"
    r"|undelivered|was rejected|following address|following recipients?|fatal errors"
    r"|unknown (?:user|recipient)"
    r"|user unknown|mailbox (?:is )?full|account is disabled|trouble delivering|cannot deliver"
    r"|no such user"
    r"|gave up|given up|exceeded the local limit|not listed in|送信できません|配信できません"
    r"|失敗しました|一杯のため",
    re.IGNORECASE,
)

FULL: Final = re.compile(
    r"mailbox\b.{0,40}\b(?:is )?(?:full|exceed\w{0,10}|too large)"
    r"|(?:over|exceed\w{0,10}|beyond|out of)\s.{0,30}(?:quota|storage|limit)|quota exceeded"
    r"|over ?quota|mailfolder is full|insufficient (?:disk|system) (?:space|storage)|disk quota"
    r"|storage (?:limit|allocation)"
    r"|not enough (?:storage|disk) space|user is over|maildir.{0,30}(?:full|quota)|一杯|mailbox_full"
    r"|full mailbox"
    r"|inbox is full|account is full|size limit for the user|exceeded the local limit"
    r"|would exceed mailbox"
    r"|too much mail data|no space left|mailbox size limit|delivery failed: over quota",
    re.IGNORECASE | re.DOTALL,
)
"""The box is full: the address lives."""

BLOCKED: Final = re.compile(
    r"spam|blocked|black ?list|blocklist|dnsbl|rbl\b|reputation|denied by policy"
    r"|policy (?:reasons?|violation)|dmarc|\bspf\b|dkim"
    r"|access denied|rejected (?:due to|because|for policy)|virus|malware|greylist"
    r"|too many (?:connections|messages|errors|recipients)"
    r"|rate limit|message (?:size|too large|is too)|too big|exceeds? (?:size|fixed|the maximum)"
    r"|size exceeds|refused to talk"
    r"|banned|content rejected|suspicious"
    r"|not (?:currently )?accept(?:ing)? (?:network |any )?(?:mail|messages)|my name was rejected"
    r"|authentication (?:required|failed)"
    r"|relay(?:ing)? (?:access )?denied|unable to relay|no ptr|reverse dns|rdns|client host rejected"
    r"|hop count|too many hops"
    r"|routing loop|mail loop|sender (?:address )?rejected|sender verify|domain of sender"
    r"|not permitted|junk|abuse"
    r"|only accepts? mail|recipient preferences|does not accept mail|nullmx|null mx"
    r"|domain does not accept|service (?:not )?(?:currently )?(?:un)?available",
    re.IGNORECASE,
)
"""Refused for what was sent, by whom or how."""

LATER: Final = re.compile(
    r"timed? ?out|timeout|expired|too old|in the queue too long|retry (?:time|timeout)"
    r"|could not be delivered for|delayed"
    r"|connection (?:refused|reset|lost)|no route to host|network (?:is )?unreachable"
    r"|temporar(?:y|ily)|try again|deferred"
    r"|conversation with .{0,120} (?:failed|timed)|not responding|unable to connect"
    r"|could not connect|ldap|local(?:ly)? misconfigured"
    r"|delivery time|not been delivered|host .{0,120} is not (?:responding|reachable)|no mx found"
    r"|dns (?:server|error|lookup) failure",
    re.IGNORECASE,
)
"""The way there failed; nothing is said about the address."""

UNKNOWN: Final = re.compile(
    r"address rejected:\s*access denied"
    r"|(?:user|recipient|mailbox|address|account|alias|username|addressee|person|local ?part"
    r"|e-?mail address)s?\b.{0,60}?"
    r"(?:\bunknown|not (?:found|known|exist|recogni[sz]ed|listed|valid|a valid|registered|here)"
    r"|does(?: not|n'?t) exist|no longer"
    r"|invalid|is not (?:known|a known|listed|found|valid|recogni[sz]ed|in)|doesn't have"
    r"|undeliverable|has been (?:deleted|removed)"
    r"|cannot be found|could not be found|couldn't be found)"
    r"|(?:unknown|invalid|no such|nonexistent|non-existent|unrouteable|illegal|bad"
    r"|incorrect) (?:local )?(?:user|recipient|mailbox"
    r"|address|account|alias|destination|addressee|person|local[- ]?part|virtual|email)"
    r"|no mailbox (?:here|by that name)"
    r"|user unknown|no (?:such )?user"
    r"|not a (?:valid|known|registered) (?:user|recipient|mailbox|gateway user|address)"
    r"|unknown_?user|destin\. unknown|\buser not|not listed in (?:domino|public|the)"
    r"|recipient name is not recognized|no valid recipients"
    r"|rejected: user|this user doesn't|does not like recipient"
    r"|that you tried to reach does not exist|mailbox unavailable"
    r"|address rejected|recipnotfound|said: 550 user|no account by that name|no recipients?"
    r"|doesn't exist|invalid_?recipient",
    re.IGNORECASE | re.DOTALL,
)
"""Nobody of that name."""

NO_HOST: Final = re.compile(
    r"(?:host|domain)\b.{0,60}?(?:not found|unknown|does(?: not|n'?t) exist|not exist"
    r"|couldn't be found|could not be found|invalid)"
    r"|(?:unknown|invalid|no such|bad|unrouteable|unroutable) (?:host|domain|mail domain)|nxdomain"
    r"|illegal host|bad destination"
    r"|domain (?:is )?not|couldn't find any host|host name lookup (?:failure|error)|no such domain"
    r"|name service error|dns error",
    re.IGNORECASE | re.DOTALL,
)
"""No such domain."""

MOVED: Final = re.compile(
    r"has moved|moved to|new address|please (?:try|update)|no longer with|has left|address changed"
    r"|user not local",
    re.I,
)
"""The person is elsewhere."""

ORIGINAL: Final = re.compile(
    r"^[ \t>*]*(?:-{2,}[ ]*(?:below this line|this is a copy|original message|undelivered message"
    r"|unsent message|returned message"
    r"|the header of the original|copy of|message text|the unsent|included|start of|original)"
    r"|message headers follow|original message"
    r"|below is a copy|the original message|your message reads|received: from|return-path:"
    r"|the following is a copy"
    r"|--- original|-+ ?original)",
    re.IGNORECASE | re.MULTILINE,
)
"""Where the copy of our letter begins inside the text of a report."""

ORIGINAL_STEMS: Final = (
    "riginal message",
    "riginal Message",
    "message headers",
    "copy of",
    "Return-Path:",
    "Return-path:",
)
"""One of these is in every report that has the copy in its text: a cheap question before the dear one."""

SUBJECT_STEMS: Final = (
    "deliver", "return", "fail", "mail", "error", "bounce", "reject", "status", "warning", "member",
    "zustell",
    "remis", "entreg", "consegna", "bezorg", "onbestel", "достав", "エラー", "配信", "退信",
)  # fmt: skip
"""One of these is in every subject of a report."""
