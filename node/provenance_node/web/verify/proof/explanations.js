// @ts-check
// What each code of a verdict means, at length, for whoever asks. Written by
// `python -m tests.web.make_codes` from provenance/proof/codes.json.

/**
 * Code → what it means and what to do, in each language.
 * @type {ReadonlyMap<string, {en: string, zh: string}>}
 */
// prettier-ignore
export const EXPLANATIONS = new Map(
  Object.entries({
    "PRV-0001": {
      en: "This check did not run, because an earlier one did not pass and left nothing for it to work on. It says nothing for or against the item.",
      zh: "前面的检查没有通过，这一项没有可以检查的对象，因此没有进行。这既不说明物品有问题，也不说明没有问题。",
    },
    "PRV-0100": {
      en: "The file is a bundle in its one canonical byte form.",
      zh: "文件采用证明唯一规定的字节形式。",
    },
    "PRV-0101": {
      en: "The bytes are not a bundle of the format provenance/bundle/v2: the file is of another kind, was cut off, or was changed. Get it again from where it came from.",
      zh: "这些字节不是 provenance/bundle/v2 格式的证明：可能是别的文件、内容不全，或者被改动过。请从原处重新获取。",
    },
    "PRV-0200": {
      en: "The bundle is about the item asked for and comes from the ledger that the trust file names.",
      zh: "证明说的正是所问的物品，并且来自信任文件指明的账本。",
    },
    "PRV-0201": {
      en: "The bundle comes from a ledger that the trust file does not name, so there are no keys to check it with. Check that the trust file is the right one; a bundle never brings its own keys.",
      zh: "证明来自信任文件没有指明的账本，没有密钥可用来核对。请确认信任文件是否正确；证明绝不会自带密钥。",
    },
    "PRV-0202": {
      en: "The bundle is a genuine-looking answer about another item than the one asked for. Whoever handed it over may have swapped it.",
      zh: "这是关于另一件物品的证明，形式上没有破绽。提供它的人可能调换了证明。",
    },
    "PRV-0203": {
      en: "The bundle comes from the ledger that the trust file names. Nobody said which item was asked for, so whether it is about the right one was not checked: compare its id with the label.",
      zh: "证明来自信任文件指明的账本。没有指明所问的物品，因此没有核对它说的是否正是这件物品：请将其编号与标签比对。",
    },
    "PRV-0204": {
      en: "The label names something beside the number, such as a lot or an expiry date, and whoever recorded the making of the item said the same.",
      zh: "标签除编号外还标有其他信息，例如批号或有效期；登记这件物品产生的一方写下的内容与之相同。",
    },
    "PRV-0205": {
      en: "The label’s lot, expiry date or another date differs from what was recorded when the item was made. A changed expiry date is a common fraud. Compare the code with the print beside it, do not use the item, and ask whoever sold it.",
      zh: "标签上的批号、有效期或其他日期与物品产生时登记的内容不符。更改有效期是常见的造假手法。请将条码内容与旁边印刷的文字核对，不要使用该物品，并向销售方询问。",
    },
    "PRV-0206": {
      en: "The label names something beside the number, such as a lot or a date, and nothing that is shown of the item’s making says anything of it. It may not have been recorded, or is concealed. That says nothing for or against the item.",
      zh: "标签除编号外还标有其他信息，例如批号或日期，而所示的产生记录中没有这一项。可能没有登记，也可能被隐去。这既不说明物品有问题，也不说明没有问题。",
    },
    "PRV-0300": {
      en: "Every log key that the trust file names has signed the checkpoint.",
      zh: "信任文件列出的每一把账本密钥都为检查点签了名。",
    },
    "PRV-0301": {
      en: "The checkpoint lacks a valid signature by one of the log's keys. It was changed, or another party made it.",
      zh: "检查点缺少账本某把密钥的有效签名：它被改动过，或者出自他人之手。",
    },
    "PRV-0400": {
      en: "Enough of the trust file's witnesses have cosigned the checkpoint, so that others were shown the same history.",
      zh: "信任文件列出的见证方中，有足够多的为检查点作了联署，说明其他人看到的是同样的历史。",
    },
    "PRV-0401": {
      en: "Fewer witnesses have cosigned the checkpoint than the trust file demands. The log may be new or its witnesses away; it may also be showing this history to nobody else. Ask for a fresh bundle.",
      zh: "为检查点联署的见证方少于信任文件的要求。可能账本刚刚启用、见证方暂时离线；也可能账本没有向别人展示这份历史。请获取一份新的证明。",
    },
    "PRV-0402": {
      en: "A cosignature that names one of the trust file's witnesses is not theirs. A forged line spoils the whole checkpoint.",
      zh: "有一个以某见证方名义作出的联署并非出自该见证方。只要有一行是伪造的，整个检查点就不可信。",
    },
    "PRV-0403": {
      en: "The trust file demands no witnesses, so the log alone vouches that it shows everybody the same history.",
      zh: "信任文件没有要求见证方，因此只有账本自己保证向所有人展示同样的历史。",
    },
    "PRV-0500": {
      en: "The checkpoint is no older than the trust file allows. What happened after it is not in the bundle.",
      zh: "检查点没有超过信任文件允许的期限。此后发生的事不在证明之中。",
    },
    "PRV-0501": {
      en: "The checkpoint is older than the trust file allows: newer events, a recall too, would not be seen. Ask for a fresh bundle.",
      zh: "检查点超过了信任文件允许的期限：更新的记录，包括召回，都看不到。请获取一份新的证明。",
    },
    "PRV-0503": {
      en: "The trust file sets no limit to the checkpoint's age, so it was not checked. What happened after it is not in the bundle, a recall neither.",
      zh: "信任文件没有限定检查点的期限，因此没有核对。此后发生的事，包括召回，都不在证明之中。",
    },
    "PRV-0504": {
      en: "The checkpoint, or the cosignatures that the trust file asks for, bear a time that is more than five minutes ahead of this machine's clock. One of the two clocks is wrong, and the evidence cannot say which: look at this machine's first. All other checks ran, and a clock alone says nothing against the record.",
      zh: "检查点的时间，或信任文件所要求的联署的时间，比本机时钟快了五分钟以上。两个时钟必有一个不准，仅凭证据无法判断是哪一个：请先检查本机时钟。其他检查照常进行；时钟不一致本身并不说明记录有问题。",
    },
    "PRV-0505": {
      en: "The trust file asks for no witnesses, so that only the log's operator says what time it was. By that clock the checkpoint is no older than the trust file allows; an operator could hand out an old checkpoint under a new date.",
      zh: "信任文件没有要求见证方，因此时间只有账本运营方说了算。按它的时钟，检查点没有超过信任文件允许的期限；但运营方可以给旧检查点标上新日期。",
    },
    "PRV-0506": {
      en: "The last commitment of the log bears a later time than its quorum of witnesses, by more than the trust file's clock bound. How old the record is was therefore told by the witnesses. Whether a grant for a time only held then cannot be told where that commitment alone dates it.",
      zh: "账本最后一次承诺所标的时间，比达到法定数量的见证方的时间更晚，差距超出信任文件允许的时钟误差。因此记录的新旧按见证方的时间判断。如果某项有期限的授权只能靠这次承诺来定时间，则无法判断它当时是否有效。",
    },
    "PRV-0600": {
      en: "The last entry under the checkpoint commits to where the trail of every item ends.",
      zh: "检查点之下的最后一条记录，对每件物品的轨迹终点作出了承诺。",
    },
    "PRV-0601": {
      en: "The log is empty, so no entry commits to the trails of all items. Such a checkpoint is void.",
      zh: "账本是空的，没有哪条记录对所有物品的轨迹作出承诺。这样的检查点无效。",
    },
    "PRV-0700": {
      en: "Every entry in the bundle is in the log, where it says.",
      zh: "证明中的每条记录都在账本里，位置与所称一致。",
    },
    "PRV-0701": {
      en: "What the bundle shows does not lead to the root that the log signed: an event, a statement or its place in the log was changed, or never logged.",
      zh: "证明中的内容得不出账本签署的根哈希：某个事件、某份声明或其位置被改动过，或者从未入账。",
    },
    "PRV-0702": {
      en: "An entry is in the log but is not what it should be, or the log's time runs backwards. The log's operator broke the rules: keep the bundle, it proves so.",
      zh: "有一条记录虽在账本中，其内容却不合要求，或者账本的时间倒退了。账本运营方违反了规则：请保留这份证明，它就是证据。",
    },
    "PRV-0703": {
      en: "An entry is of a kind that this program does not know, or that has another place in a bundle. What it means may matter to everything else: get a newer version of the program, which may know it.",
      zh: "本程序不认识某条记录的类型，或者这类记录不该出现在证明的这个位置。它的含义可能影响其他所有内容：新版程序或许认识它，请换用新版。",
    },
    "PRV-0800": {
      en: "Every event shown is of the form that its type asks for. That it is what was signed and logged is for the steps of the entries and the signatures.",
      zh: "所示的每个事件都符合其类型要求的形式。内容是否确已签署并入账，由关于记录和签名的检查判定。",
    },
    "PRV-0801": {
      en: "An event is not of the form that every event must have: it names two parents, or an item in two lists, or hides what must be seen. No honest ledger logs such an event, so it was changed, or the log's operator broke the rules.",
      zh: "有一个事件不符合事件必须遵守的形式：它有两个上级包装，或在两个列表中提到同一物品，或隐藏了必须公开的内容。诚实的账本不会收录这样的事件；它被改动过，或者账本运营方违反了规则。",
    },
    "PRV-0802": {
      en: "The bundle shows no event, so there was none to read.",
      zh: "证明中没有显示任何事件，因此没有可读的内容。",
    },
    "PRV-0803": {
      en: "The ledger may have newer rules than the trust file names. Fetch the ledger's trust file of today, and verify again.",
      zh: "账本可能已采用比信任文件所列更新的规则。请获取账本最新的信任文件，然后重新验证。",
    },
    "PRV-0900": {
      en: "Each trail has as many events as the ledger's map commits to, those shown are where the trail has them, and all that warn are shown.",
      zh: "每条轨迹的事件数都与账本总目录承诺的一致，所示事件都在轨迹中的相应位置，所有警示都已显示。",
    },
    "PRV-0901": {
      en: "The trails are not what the ledger's map commits to: an event, or a warning, was left out, added or changed.",
      zh: "轨迹与账本总目录所承诺的不符：有事件或警示被遗漏、添加或改动。",
    },
    "PRV-0903": {
      en: "The ledger's map proves that the item has no trail: nothing that the ledger holds names it.",
      zh: "账本总目录证明该物品没有轨迹：账本中没有任何内容提到它。",
    },
    "PRV-1000": {
      en: "Every event and every trail that the item's story leads to is shown, apart from what a notice says was skipped.",
      zh: "除提示中注明略过的部分外，该物品的来龙去脉所涉及的每个事件和每条轨迹都已显示。",
    },
    "PRV-1001": {
      en: "The item's story leads to an event or a trail that the bundle does not show. Ask the ledger for the whole bundle.",
      zh: "该物品的来龙去脉涉及某个事件或某条轨迹，证明中却没有。请向账本索取完整的证明。",
    },
    "PRV-1002": {
      en: "The bundle holds an event or a trail that is no part of the item's story. It was put together from several, or by a faulty program.",
      zh: "证明中混有与该物品来龙去脉无关的事件或轨迹。它可能由几份证明拼凑而成，或由有缺陷的程序生成。",
    },
    "PRV-1003": {
      en: "The ledger proves that it holds nothing about this item: it was never registered, or its code was misread. A copied label with an invented number looks like this.",
      zh: "账本证明它没有这件物品的任何内容：它从未登记，或者代码读错了。编造号码的假标签就是这种情形。",
    },
    "PRV-1004": {
      en: "The story leads to a trail that the bundle does not show, and that the trust file does not ask for.",
      zh: "来龙去脉涉及一条证明中没有显示的轨迹，信任文件也没有要求显示它。",
    },
    "PRV-1005": {
      en: "All is shown that the trust file asks for. The item's story leads to more, which is not shown.",
      zh: "信任文件所要求的内容都已显示。该物品的来龙去脉还涉及其他内容，没有显示。",
    },
    "PRV-1006": {
      en: "So much happened to an item of the story that a stretch of it was skipped. The ledger proves how many events that is, and that it marks none of them as a warning; ask it for that range to see them.",
      zh: "与来龙去脉有关的某件物品经历的事件太多，其中一段因此略过。账本证明了这一段有多少个事件，也证明其中没有一个标为警示；如需查看，可向账本索取这一段。",
    },
    "PRV-1007": {
      en: "The ledger's map says how many events each item has. No auditor that the trust file names has replayed the whole log and cosigned this checkpoint, and no witness vouches that others are shown the same map. So an operator could have left an event, a recall or a revocation out of a trail. It could not forge a signature or alter an event.",
      zh: "账本的总目录记载每件物品有多少个事件。信任文件指明的审计方都没有重演整个账本并为这个检查点联署，也没有见证方证明其他人看到的是同一份总目录。因此，运营方有可能在轨迹中漏掉某个事件、召回或吊销；但它无法伪造签名，也无法改动事件。",
    },
    "PRV-1008": {
      en: "Witnesses cosigned the checkpoint, so that everybody is shown the same log and the same map. They do not read the entries: no auditor that the trust file names has replayed the log and cosigned this checkpoint. An operator could have left an event, a recall or a revocation out of a trail, though for everybody alike.",
      zh: "见证方为检查点作了联署，因此所有人看到的是同一个账本和同一份总目录。但见证方不读记录的内容：信任文件指明的审计方都没有重演账本并为这个检查点联署。运营方有可能在轨迹中漏掉某个事件、召回或吊销，只是对所有人都一样。",
    },
    "PRV-1100": {
      en: "Every statement was signed by the actor it names, with a key that counted at that place in the log.",
      zh: "每份声明都由其所称的参与方签署，所用密钥在账本的相应位置上有效。",
    },
    "PRV-1101": {
      en: "A signature does not match its statement: it was changed after signing, or signed by somebody else.",
      zh: "有一个签名与其声明不符：声明在签署后被改动，或者由他人签署。",
    },
    "PRV-1102": {
      en: "A statement was signed with a key that its actor did not have at that place in the log, or had revoked.",
      zh: "有一份声明所用的密钥，其参与方在账本的相应位置上并不拥有，或者已经吊销。",
    },
    "PRV-1103": {
      en: "Whether a signer's key counted cannot be told, because the trail of an actor is not in the bundle.",
      zh: "证明中缺少某参与方的轨迹，因此无法判断签署方的密钥是否有效。",
    },
    "PRV-1104": {
      en: "An enrolment, grant or key change in the bundle was not the signer's to make, or breaks the rules of the registry, and yet it was logged. The log's operator broke the rules: keep the bundle, it proves so.",
      zh: "证明中有一项登记、授权或密钥变更，签署方无权作出，或者违反了登记规则，却被收入了账本。账本运营方违反了规则：请保留这份证明，它就是证据。",
    },
    "PRV-1105": {
      en: "The ledger enrols or changes an actor that the trust file pins in another way. The trust file's word counts.",
      zh: "信任文件直接指定了某参与方，账本却对它另作登记或变更。以信任文件为准。",
    },
    "PRV-1106": {
      en: "Several authorities must agree to what changes the registry, and the voice of each lapses after a time. The bundle does not show when one of them was logged, so that it may have lapsed before the others agreed. What they agreed to was taken as agreed. Ask the ledger for a fresh bundle.",
      zh: "变更参与方登记须由多个权威机构同意，而每一家的同意过期即失效。证明没有显示其中一家的同意何时入账，因此在其他各家同意之前，它可能已经失效。这里暂按已达成一致处理。请向账本索取一份新的证明。",
    },
    "PRV-1200": {
      en: "Every actor had been granted the role that lets it say what it said, with the company prefixes and the places that it named.",
      zh: "每个参与方所说的内容，都在其获授的角色、公司前缀和地点范围之内。",
    },
    "PRV-1201": {
      en: "An actor said something that none of its grants lets it say, and yet it was logged: the role, the company prefix, the place or the date does not fit.",
      zh: "有参与方说了其授权不允许说的内容，却被收入了账本：角色、公司前缀、地点或日期不符。",
    },
    "PRV-1202": {
      en: "A grant holds for a time only, and what the bundle shows of the log's time does not tell whether the statement was logged within it. Ask for a fresh bundle: it may show the time more closely.",
      zh: "某项授权只在一定期限内有效，而仅凭证明所示的账本时间，无法判断该声明是否在期限内入账。请获取一份新的证明，其中的时间可能更精确。",
    },
    "PRV-1203": {
      en: "The place that an event names cannot be read, so nobody can tell whether its signer's grants cover it.",
      zh: "有一个事件所写的地点无法读取，因此无法判断签署方的授权是否涵盖它。",
    },
    "PRV-1204": {
      en: "Whether an actor may say what it said cannot be told, because the trail of an actor is not in the bundle.",
      zh: "证明中缺少某参与方的轨迹，因此无法判断它是否有资格这么说。",
    },
    "PRV-1205": {
      en: "The bundle shows no event that takes a role. Those of the registry of actors are judged by their own rules, with the signatures.",
      zh: "证明中没有需要角色的事件。参与方登记类事件另有规则，与签名一并核对。",
    },
    "PRV-1206": {
      en: "A grant holds for a time only, and the log's time before the statement is later than what its witnesses saw afterwards, by more than the trust file's clock bound. The log's clock was wrong, so its times do not tell whether the grant held.",
      zh: "某项授权只在一定期限内有效，而账本在该声明之前所标的时间，反倒晚于见证方在其后看到的时间，差距超出信任文件允许的时钟误差。账本的时钟不准，因此不能据其时间判断授权当时是否有效。",
    },
    "PRV-1300": {
      en: "Where a signer demanded that an event follow a certain other one, it does.",
      zh: "凡签署方要求某事件紧接另一事件的，都确实如此。",
    },
    "PRV-1301": {
      en: "A signer demanded that the event follow a certain other one, and the log put it elsewhere. The log's operator broke the rules.",
      zh: "签署方要求某事件紧接另一事件，账本却把它放在了别处。账本运营方违反了规则。",
    },
    "PRV-1302": {
      en: "No signer demanded that an event follow a certain other one, so there was no demand to check.",
      zh: "没有签署方要求某事件紧接另一事件，因此没有可核对的要求。",
    },
    "PRV-1303": {
      en: "What came before an event whose signer demanded that it follow a certain other one is not shown. Ask the ledger for the whole bundle.",
      zh: "有签署方要求某事件紧接另一事件，而该事件之前的内容没有显示。请向账本索取完整的证明。",
    },
    "PRV-1304": {
      en: "A signer demanded that an event follow a certain other one of an item whose trail the bundle does not show. Whether it does was not checked.",
      zh: "签署方要求某事件紧接某件物品的另一事件，而证明没有显示那件物品的轨迹，因此没有核对。",
    },
    "PRV-1400": {
      en: "Nothing in the story, as it is shown, recalls the item.",
      zh: "所示的来龙去脉中没有任何召回。",
    },
    "PRV-1401": {
      en: "The item, its lot, what it was made from or what it travelled in was recalled. The record is genuine; the item should not be used until whoever recalled it says otherwise.",
      zh: "该物品、其批次、原料或运输包装已被召回。记录本身有效；在召回方另行通知之前，请勿使用该物品。",
    },
    "PRV-1402": {
      en: "The signer of an event has declared it an error. The event stays on record, and its assertions are void; the corrections that were announced may follow it, or never come.",
      zh: "签署方已声明某个事件有误。该事件仍留在记录中，但其内容不再有效；预告的更正可能随后出现，也可能不会出现。",
    },
    "PRV-1403": {
      en: "An event was recalled in error, and the same signer has withdrawn that recall.",
      zh: "此前的一次召回系误发，同一签署方已将其撤回。",
    },
    "PRV-1404": {
      en: "A party says that another party's event is an error. Only its own signer can take an event back, so it stands: the two contradict each other, and you decide whom you believe.",
      zh: "有一方称另一方的事件有误。只有事件的签署方自己才能撤回，因此该事件仍然有效：双方说法矛盾，由您判断相信谁。",
    },
    "PRV-1405": {
      en: "An event declares another one an error, but no such event is on this trail: it was never logged here, or is not shown; or the declaration has no eventID, by which alone an event is taken back. The declaration itself asserts nothing.",
      zh: "有一个事件声明另一事件有误，但这条轨迹上没有后者：它从未在此入账，或者没有显示；也可能该声明没有 eventID，而撤回只认 eventID。该声明本身不说明任何事。",
    },
    "PRV-1406": {
      en: "Every event of the item was declared an error by whoever signed it. The record is genuine, and nothing of what it said stands.",
      zh: "关于该物品的每个事件都被其签署方声明为错误。记录本身有效，但其中所说的内容都不再成立。",
    },
    "PRV-1407": {
      en: "The same serial number was put into being more than once, and nobody has taken that back as an error. Two things may bear one number, or one was registered twice by mistake; a copied label could pass for either. Ask whoever gave out the number.",
      zh: "同一个序列号不止一次被登记为新产生的物品，且无人将其作为错误撤回。可能有两件物品使用同一编号，也可能是误登记了两次；假冒标签可能混迹其中。请向编号的发放方查询。",
    },
    "PRV-1408": {
      en: "Somebody warned of an item of the story, such as a container, at a time when the item in hand was not in it by what is recorded: a recall, a refusal, damage. Look whether it may concern yours.",
      zh: "有人曾对来龙去脉中的某件物品（例如包装）发出警示，但按记录，您手中的这件物品当时并不在其中：可能是召回、退运或损坏。请查看它是否与您的物品有关。",
    },
    "PRV-1409": {
      en: "A container of the story was recalled, at a time when the item in hand was not in it by what is recorded; but records come late or not at all, and the recall falls into the same use of that container. Ask whoever recalled it whether it concerns your item before you use it.",
      zh: "来龙去脉中的某个包装曾被召回。按记录，您手中的物品当时并不在其中；但记录可能迟到或缺失，而召回正落在该包装的同一使用周期之内。使用前请向召回方确认是否涉及您的物品。",
    },
    "PRV-1410": {
      en: "Somebody warned of the item, of its lot, of what it was made from, or of a container while the item was in it: a hold, a refusal, a failed test, damage. It is no recall. The story tells who said it and when.",
      zh: "有人曾对该物品、其批次、原料或它当时所在的包装发出警示：例如扣留、退运、检验不合格或损坏。这不是召回。由谁、何时发出，见来龙去脉。",
    },
    "PRV-1411": {
      en: "The whole trail of the item is shown, and nothing that stands on it says that the item was put into being: no producer registered its number. Somebody else spoke of it first, which may be an oversight or a made-up number.",
      zh: "该物品的轨迹已全部显示，其中没有任何仍然成立的事件说明它的产生：没有生产商登记过这个编号。最先提到它的是别人，可能是疏漏，也可能是编造的号码。",
    },
    "PRV-1500": {
      en: "The trust file names the books of rules by which the ledger's entries are judged, each from which entry on. All of them are at hand.",
      zh: "信任文件指明了评判账本记录所依据的规则手册，以及每一册从哪条记录起适用。这些手册均已具备。",
    },
    "PRV-1501": {
      en: "The trust file names a book of rules that is not at hand, or that this program cannot read; or the ledger has a newer book, which the trust file does not name. What the entries mean depends on it. Get a newer version of the program, a bundle that holds the book whose id is named, or the ledger's trust file of today.",
      zh: "信任文件指明的某册规则手册缺失，或者本程序无法读取；也可能账本已有更新的手册，而信任文件没有列出。记录的含义取决于它。请换用新版程序，获取含有该手册（见所示编号）的证明，或获取账本最新的信任文件。",
    },
    "PRV-1600": {
      en: "Each event stands once, an id is that of a party or of a thing and never of both, an eventID has one meaning, and nothing is dated after it was logged.",
      zh: "每个事件只出现一次；同一编号只指参与方或只指物品，不会兼指两者；每个 eventID 只有一个含义；没有任何内容的日期晚于入账时间。",
    },
    "PRV-1601": {
      en: "An event, or a statement, stands in the log twice. An honest ledger takes each once: said again, an old event would undo what came after it. The log's operator broke the rules: keep the bundle, it proves so.",
      zh: "某个事件或声明在账本中出现了两次。诚实的账本只收录一次：重复收录旧事件，会推翻其后发生的事。账本运营方违反了规则：请保留这份证明，它就是证据。",
    },
    "PRV-1602": {
      en: "One id is that of an actor and of an item. An honest ledger takes no such id: whoever enrols an item as an actor would keep others from speaking of it. The log's operator broke the rules: keep the bundle, it proves so.",
      zh: "同一编号既是参与方的，又是物品的。诚实的账本不会收录这样的编号：若把物品登记为参与方，别人就无法再就它发言。账本运营方违反了规则：请保留这份证明，它就是证据。",
    },
    "PRV-1603": {
      en: "Two events of one signer bear one eventID and say different things, or both declare it an error. An eventID has one meaning, so that a correction cannot be aimed at another event. The log's operator should have refused the second.",
      zh: "同一签署方的两个事件使用同一个 eventID，内容却不同，或者都声明它有误。每个 eventID 只有一个含义，否则更正可能指向别的事件。账本运营方本应拒绝后一个。",
    },
    "PRV-1604": {
      en: "An event or a statement bears a time later than the log's own when it was logged, by more than clocks may differ. What has not happened yet cannot be reported: an honest ledger refuses it.",
      zh: "某个事件或声明所标的时间晚于账本收录它的时间，差距超出时钟允许的误差。尚未发生的事不能预先报告，诚实的账本会拒绝收录。",
    },
  }),
);
