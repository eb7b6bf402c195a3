// @ts-check
// What each code of a verdict means, at length, for whoever asks. Mirrors
// provenance/proof/explanations.py; no check needs it.

/** Code → what it means and what to do. */
export const EXPLANATIONS = new Map(
  Object.entries({
    "PRV-0001":
      "This check did not run, because an earlier one did not pass and" +
      " left nothing for it to work on. It says nothing for or against the" +
      " item.",
    "PRV-0100": "The file is a bundle in its one canonical byte form.",
    "PRV-0101":
      "The bytes are not a bundle of the format provenance/bundle/v2: the" +
      " file is of another kind, was cut off, or was changed. Get it again" +
      " from where it came from.",
    "PRV-0200":
      "The bundle is about the item asked for and comes from the ledger" +
      " that the trust file names.",
    "PRV-0201":
      "The bundle comes from a ledger that the trust file does not name," +
      " so there are no keys to check it with. Check that the trust file is" +
      " the right one; a bundle never brings its own keys.",
    "PRV-0202":
      "The bundle is a genuine-looking answer about another item than the" +
      " one asked for. Whoever handed it over may have swapped it.",
    "PRV-0203":
      "The bundle comes from the ledger that the trust file names. Nobody" +
      " said which item was asked for, so whether it is about the right" +
      " one was not checked: compare its id with the label.",
    "PRV-0300":
      "Every log key that the trust file names has signed the checkpoint.",
    "PRV-0301":
      "The checkpoint lacks a valid signature by one of the log's keys. It" +
      " was changed, or another party made it.",
    "PRV-0400":
      "Enough of the trust file's witnesses have cosigned the checkpoint," +
      " so that others were shown the same history.",
    "PRV-0401":
      "Fewer witnesses have cosigned the checkpoint than the trust file" +
      " demands. The log may be new or its witnesses away; it may also be" +
      " showing this history to nobody else. Ask for a fresh bundle.",
    "PRV-0402":
      "A cosignature that names one of the trust file's witnesses is not" +
      " theirs. A forged line spoils the whole checkpoint.",
    "PRV-0403":
      "The trust file demands no witnesses, so the log alone vouches that" +
      " it shows everybody the same history.",
    "PRV-0500":
      "The checkpoint is no older than the trust file allows. What happened" +
      " after it is not in the bundle.",
    "PRV-0501":
      "The checkpoint is older than the trust file allows: newer events, a" +
      " recall too, would not be seen. Ask for a fresh bundle.",
    "PRV-0502":
      "The checkpoint's time lies in the future. Either this machine's" +
      " clock is wrong, which is the first thing to look at, or the log's.",
    "PRV-0503":
      "The trust file sets no limit to the checkpoint's age, so it was" +
      " not checked. What happened after it is not in the bundle, a recall" +
      " neither.",
    "PRV-0600":
      "The last entry under the checkpoint commits to where the trail of" +
      " every item ends.",
    "PRV-0601":
      "The log is empty, so no entry commits to the trails of all items." +
      " Such a checkpoint is void.",
    "PRV-0700": "Every entry in the bundle is in the log, where it says.",
    "PRV-0701":
      "What the bundle shows does not lead to the root that the log signed:" +
      " an event, a statement or its place in the log was changed, or never" +
      " logged.",
    "PRV-0702":
      "An entry is in the log but is not what it should be, or its time" +
      " contradicts the entries around it. The log's operator broke the" +
      " rules: keep the bundle, it proves so.",
    "PRV-0703":
      "An entry is of a kind that this program does not know, or that has" +
      " another place in a bundle. What it means may matter to everything" +
      " else: get a newer version of the program, which may know it.",
    "PRV-0800":
      "Every event shown is of the form that its type asks for. That it is" +
      " what was signed and logged is for the steps of the entries and the" +
      " signatures.",
    "PRV-0801":
      "An event is not of the form that every event must have: it names two" +
      " parents, or an item in two lists, or hides what must be seen. No" +
      " honest ledger logs such an event, so it was changed, or the log's" +
      " operator broke the rules.",
    "PRV-0802": "The bundle shows no event, so there was none to read.",
    "PRV-0900":
      "Each trail has as many events as the ledger's map commits to, those" +
      " shown are where the trail has them, and all that warn are shown.",
    "PRV-0901":
      "The trails are not what the ledger's map commits to: an event, or a" +
      " warning, was left out, added or changed.",
    "PRV-0903":
      "The ledger's map proves that the item has no trail: nothing that" +
      " the ledger holds names it.",
    "PRV-1000":
      "Every event and every trail that the item's story leads to is shown," +
      " apart from what a notice says was skipped.",
    "PRV-1001":
      "The item's story leads to an event or a trail that the bundle does" +
      " not show. Ask the ledger for the whole bundle.",
    "PRV-1002":
      "The bundle holds an event or a trail that is no part of the item's" +
      " story. It was put together from several, or by a faulty program.",
    "PRV-1003":
      "The ledger proves that it holds nothing about this item: it was" +
      " never registered, or its code was misread. A copied label with an" +
      " invented number looks like this.",
    "PRV-1004":
      "The story leads to a trail that the bundle does not show, and that" +
      " the trust file does not ask for.",
    "PRV-1005":
      "All is shown that the trust file asks for. The item's story leads" +
      " to more, which is not shown.",
    "PRV-1006":
      "So much happened to an item of the story that a stretch of it was" +
      " skipped. The ledger proves how many events that is, and that it" +
      " marks none of them as a warning; ask it for that range to see them.",
    "PRV-1100":
      "Every statement was signed by the actor it names, with a key that" +
      " counted at that place in the log.",
    "PRV-1101":
      "A signature does not match its statement: it was changed after" +
      " signing, or signed by somebody else.",
    "PRV-1102":
      "A statement was signed with a key that its actor did not have at" +
      " that place in the log, or had revoked.",
    "PRV-1103":
      "Whether a signer's key counted cannot be told, because the trail of" +
      " an actor is not in the bundle.",
    "PRV-1104":
      "An enrolment, grant or key change in the bundle was not the signer's" +
      " to make, and yet it was logged. The log's operator broke the rules:" +
      " keep the bundle, it proves so.",
    "PRV-1105":
      "The ledger enrols or changes an actor that the trust file pins in" +
      " another way. The trust file's word counts.",
    "PRV-1200":
      "Every actor had been granted the role that lets it say what it said," +
      " with the company prefixes and the places that it named.",
    "PRV-1201":
      "An actor said something that none of its grants lets it say, and yet" +
      " it was logged: the role, the company prefix, the place or the date" +
      " does not fit.",
    "PRV-1202":
      "A grant holds for a time only, and the bundle does not show closely" +
      " enough when the statement was logged.",
    "PRV-1203":
      "An event cannot be read for what it does, so nobody can tell which" +
      " role it takes.",
    "PRV-1204":
      "Whether an actor may say what it said cannot be told, because the" +
      " trail of an actor is not in the bundle.",
    "PRV-1205":
      "The bundle shows no event that takes a role. Those of the registry" +
      " of actors are judged by their own rules, with the signatures.",
    "PRV-1300":
      "Where a signer demanded that an event follow a certain other one, it" +
      " does.",
    "PRV-1301":
      "A signer demanded that the event follow a certain other one, and the" +
      " log put it elsewhere. The log's operator broke the rules.",
    "PRV-1302":
      "No signer demanded that an event follow a certain other one, so" +
      " there was no demand to check.",
    "PRV-1303":
      "What came before an event whose signer demanded that it follow a" +
      " certain other one is not shown. Ask the ledger for the whole" +
      " bundle.",
    "PRV-1400": "Nothing in the story, as it is shown, recalls the item.",
    "PRV-1401":
      "The item, its lot, what it was made from or what it travelled in was" +
      " recalled. The record is genuine; the item should not be used until" +
      " whoever recalled it says otherwise.",
    "PRV-1402":
      "The signer of an event has declared it an error. The event stays on" +
      " record, and its assertions are void; the corrections that were" +
      " announced may follow it, or never come.",
    "PRV-1403":
      "An event was recalled in error, and the same signer has withdrawn" +
      " that recall.",
    "PRV-1404":
      "A party says that another party's event is an error. Only its own" +
      " signer can take an event back, so it stands: the two contradict" +
      " each other, and you decide whom you believe.",
    "PRV-1405":
      "An event declares another one an error, but no such event is on this" +
      " trail: it was never logged here, or is not shown. The declaration" +
      " itself asserts nothing.",
    "PRV-1406":
      "Every event of the item was declared an error by whoever signed it." +
      " The record is genuine, and nothing of what it said stands.",
    "PRV-1407":
      "The same serial number was put into being more than once, and" +
      " nobody has taken that back as an error. Two things may bear one" +
      " number, or one was registered twice by mistake; a copied label" +
      " could pass for either. Ask whoever gave out the number.",
    "PRV-1408":
      "Somebody warned of an item of the story, such as a container, at a" +
      " time when the item in hand was not in it by what is recorded: a" +
      " recall, a refusal, damage. Look whether it may concern yours.",
  }),
);
