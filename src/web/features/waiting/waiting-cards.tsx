import type { Waiting } from '#web/core/waiting.ts';
import { MarkdownText } from '#web/features/chat/markdown-text.tsx';
import { ToolInput } from '#web/features/tools/tool-input.tsx';
import { DecisionForm } from '#web/features/waiting/decision-form.tsx';
import { focusConversation } from '#web/features/waiting/focus-conversation.ts';
import { QuestionForm } from '#web/features/waiting/question-form.tsx';
import { WaitingCard } from '#web/features/waiting/waiting-card.tsx';
import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';

/** What the agent waits for. The cards take no focus: one may be writing when they come. */
export const WaitingCards = ({ waiting }: { waiting: readonly Waiting[] }) =>
  waiting.map((one) => (
    <WaitingCard key={one.id} waiting={one}>
      <Content waiting={one} />
    </WaitingCard>
  ));

function Content({ waiting }: { waiting: Waiting }) {
  const { chat } = usePage();
  const reply = (answered: Waiting) => {
    // The buttons go with the reply, and a focus on one of them would be lost
    focusConversation();
    chat.reply(answered);
  };
  switch (waiting.kind) {
    case 'question':
      return <QuestionForm waiting={waiting} onReply={(answers) => reply({ ...waiting, reply: answers })} />;
    case 'plan':
      return (
        <>
          <MarkdownText text={waiting.plan} open={false} />
          <DecisionForm
            yes={words.waiting.approve}
            yesBut={words.waiting.approveBut}
            no={words.waiting.reject}
            remark={words.waiting.feedback}
            sent={waiting.reply !== null}
            onReply={(decision) => reply({ ...waiting, reply: decision })}
          />
        </>
      );
    case 'approval':
      return (
        <>
          {/* Nobody should consent to lines that are not shown */}
          <ToolInput name={waiting.tool} input={waiting.input} open />
          <DecisionForm
            yes={words.waiting.allow}
            no={words.waiting.refuse}
            remark={words.waiting.reason}
            sent={waiting.reply !== null}
            onReply={(decision) => reply({ ...waiting, reply: decision })}
          />
        </>
      );
  }
}
