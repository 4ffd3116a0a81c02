"""What people of the demo agency say on the telephone and write in emails. `{…}` is filled from the lead."""

GIVEN_NAMES = """
James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica
Thomas Sarah Carlos Karen Daniel Nancy Matthew Lisa Anthony Betty Mark Margaret Priya Sandra Steven Ashley Paul
Kimberly Andrew Emily Joshua Donna Kenneth Michelle José Renée Wei Fatima Dmitri Aisha Tomás Chloë Hiroshi Ngozi
"""

FAMILY_NAMES = """
Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson
Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen
King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts
Peña Müller O'Brien Kowalski Østergaard Tanaka
"""

FIRST_CALLS = (
    """\
Agent: Hi, is this {given}? This is {agent} with Maple Grove Insurance. You asked us for a quote on {line_words}.
{given}: Yes, hi. I filled out your form the other night.
Agent: Great. Who are you insured with right now?
{given}: I'm with {carrier}. I've been with {carrier} for about six years.
Agent: And do you remember when that policy renews?
{given}: It renews on {x_date_words}, I think. The letter came last week.
Agent: What are you paying at the moment?
{given}: I'm paying ${premium} every six months, and it keeps going up.
Agent: Understood. Would you like me to work up a quote before then?
{given}: Yes, please send me a quote. Email is best, {email}.
Agent: I'll have it to you by tomorrow. Is there a good time to go over it?
{given}: Call me back {day} after five, I work days.
Agent: {day} after five it is. Thank you, {given}.""",
    """\
Agent: Good morning, this is {agent} from Maple Grove. Am I speaking with {given} {family}?
{given}: Speaking.
Agent: I'm calling about {line_words}. Is now a good time?
{given}: I have five minutes. We just bought a house in {city}, so everything is changing.
Agent: Congratulations! Do you have coverage lined up for it?
{given}: Not really. Our cars are with {carrier} and they want ${premium} a year for both.
Agent: When does that one expire?
{given}: My policy expires {x_date_words}.
Agent: If we put the home and the cars together there is usually a bundle discount.
{given}: That is what I'm looking for. I want to see what a bundle would cost.
Agent: Then I need the closing date and the VINs.
{given}: I'll send you the declarations page tonight. Can you call me {day} morning?
Agent: Will do.""",
    """\
Agent: Hello {given}, {agent} with Maple Grove Insurance, returning your call about {line_words}.
{given}: Oh good, thanks for calling back so fast.
Agent: Of course. What has you looking around?
{given}: {carrier} raised my rate again. I was paying less last year and now it's ${premium} a year.
Agent: That is a jump. Any claims or tickets?
{given}: No claims, no tickets. My daughter just got her license, though, so we need to add her.
Agent: That will move the number. When is your renewal?
{given}: The renewal date is {x_date_words}. I don't want to cancel before that and pay a fee.
Agent: No need to. We can set the start for the day your current policy ends.
{given}: Okay. To be honest, it's too expensive for us right now, so you would have to beat it.
Agent: Fair. I'll compare five carriers and email you side by side.
{given}: Perfect, send it over and I'll look at it with my wife this weekend.""",
    """\
Agent: Hi, {agent} at Maple Grove Insurance. {given}, you were referred to us by a neighbor of yours?
{given}: Right, she said you saved her a lot on {line_words}.
Agent: I hope we can do that for you. Who do you have now?
{given}: {carrier}. The premium is ${premium} a year, paid monthly.
Agent: And the renewal?
{given}: {x_date_words}, if I remember right. I can check.
Agent: Please do. Are you thinking of switching, or just comparing?
{given}: I'm ready to switch if the coverage is the same. I need higher liability limits anyway.
Agent: Then let me quote it with 250/500 limits and an umbrella on top.
{given}: Sounds good. Let's talk {day} at noon.
Agent: I'll put it in my calendar.""",
    """\
Agent: Hello, this is {agent} from Maple Grove Insurance, calling for {given} {family}.
{given}: That's me, but I'm about to go into a meeting.
Agent: I'll be quick. You asked about {line_words}. May I ask who you're with?
{given}: {carrier}, until {x_date_words}.
Agent: And roughly what do you pay?
{given}: Around ${premium} a year. Listen, I need to think about it, I'm not sure I want the hassle of switching.
Agent: We do all the paperwork, including the cancellation letter.
{given}: Okay, that helps. Send me something in writing and call me next week.
Agent: I will. Have a good meeting.""",
)

QUOTE_CALLS = (
    """\
Agent: Hi {given}, {agent} again from Maple Grove. Did you get the quote I emailed?
{given}: I did, I have it in front of me.
Agent: For the same coverage it comes to ${quote} a year, against the ${premium} you pay at {carrier}.
{given}: That's better than I expected. What about the deductible?
Agent: Same as today, one thousand. If you go to two thousand it drops by another ninety dollars.
{given}: I'd rather keep it at a thousand.
Agent: Good choice. Shall we set it to start on {x_date_words}, when the old one ends?
{given}: Let me sleep on it. Can you call me back {day}?
Agent: {day} it is.""",
    """\
Agent: {given}, it's {agent} from Maple Grove. I have numbers for you.
{given}: Go ahead.
Agent: ${quote} a year with Travelers, and ${premium} is what you have now.
{given}: Hmm. I was hoping for more of a difference. Another agent quoted me less.
Agent: Did theirs include the rental reimbursement and the glass coverage?
{given}: I don't know. I would have to look.
Agent: Send me theirs and I'll put them side by side, line by line.
{given}: All right, I'll forward it to you this afternoon.""",
)

CLOSING_CALLS = (
    """\
Agent: Hi {given}, {agent} from Maple Grove.
{given}: Perfect timing. We talked it over and we want to go ahead.
Agent: Wonderful. Then I'll bind it for {x_date_words} and send the documents to sign.
{given}: Can I pay monthly?
Agent: Yes, with the first month down today.
{given}: Okay, let's do it. I have my card here.
Agent: You're all set. Welcome to Maple Grove, {given}.""",
    """\
{given}: Hi {agent}, it's {given} {family}. I signed everything last night.
Agent: I saw it come in, thank you. Your ID cards are in your email.
{given}: Great. And you'll tell {carrier} that I'm leaving?
Agent: The cancellation letter goes out today, effective {x_date_words}.
{given}: You made this easy. My brother is looking for home insurance too, I'll give him your number.
Agent: Please do!""",
)

LOST_CALLS = (
    """\
Agent: Hi {given}, {agent} from Maple Grove. I wanted to hear what you decided about {line_words}.
{given}: We're going to stay with {carrier}. They matched your price.
Agent: I'm glad it got you a better rate. May I check in before your next renewal?
{given}: Sure, try me again next year.""",
    """\
Agent: Hello {given}, this is {agent} with Maple Grove Insurance.
{given}: Hi. Look, I'm not interested anymore, we sold the car.
Agent: No problem, I'll close your file. Thank you for letting me know.""",
)

VOICEMAILS = (
    "Left a voicemail: introduced myself, said we can look at {line_words}, asked for a call back.",
    "No answer, mailbox full. Try again in the evening.",
    "Voicemail again. Sent a short text-friendly summary by email instead.",
)

EMAILS = (
    (
        "Quote for {line_words}",
        """\
Hi {agent},

thanks for the call. As promised, here is what we have now:

- carrier: {carrier}
- premium: ${premium} a year
- it expires on {x_date_words}

Could you send me a quote with the same deductibles? Evenings are best to reach me.

{given} {family}
{phone}
""",
    ),
    (
        "Re: Your quote",
        """\
Hello {agent},

I read through the quote. The price looks good, but I'm worried that the roof is only covered at actual cash value.
Our current policy with {carrier} pays replacement cost. Can you change that and tell me the difference?

Also, my wife wants to know whether we can pay monthly.

Best,
{given}
""",
    ),
    (
        "Renewal coming up",
        """\
Good afternoon,

{carrier} just sent us the renewal for {x_date_words}: ${premium}, which is 18% more than last year. We have had no claims
at all. I would like to switch if you can do better. What do you need from me?

{given} {family}
""",
    ),
    (
        "New house",
        """\
Hi {agent}, quick update: we close on the house on the 14th and the lender needs proof of insurance a week before.
Please call me tomorrow morning so that we can get the home policy going. The cars can move over from {carrier}
when they renew on {x_date_words}.

Thanks so much
{given}
""",
    ),
    (
        "Maybe later",
        """\
{agent},

thank you for the follow-up. It's still too expensive for us compared with {carrier}, so we'll leave it for now. Please
get in touch a month before {x_date_words}, when the policy is up again.

{given} {family}
""",
    ),
)

STRANGER_EMAIL = (
    "Do you insure food trucks?",
    """\
Hello,

I'm opening a food truck in the spring and need general liability and commercial auto. A friend at the market gave me your
address. Do you write that, and what would it cost, roughly? My landlord wants a certificate by March 1.

Thank you
Marisol Vega
""",
)
