import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { alertsQuery, useDismissAlert } from "@/api/queries/release";
import type { Alert, Datanet, Plan } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { Section } from "@/components/ui/page";
import { FormProblem } from "@/components/ui/states";
import { text } from "@/text";

const t = text.release;

/** Open alerts of a datanet, for its owner; nothing where there are none. */
export function Alerts({ datanet }: { datanet: Datanet }) {
  const query = useQuery(alertsQuery(datanet.id));
  const open = (query.data ?? []).filter((alert) => !alert.dismissed_at);
  if (open.length === 0) return null;
  return (
    <Section title={t.alerts} hint={t.alertsHint}>
      <ul className="grid gap-3">
        {open.map((alert) => (
          <AlertLine key={alert.id} alert={alert} datanet={datanet.id} />
        ))}
      </ul>
    </Section>
  );
}

function AlertLine({ alert, datanet }: { alert: Alert; datanet: string }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const dismiss = useDismissAlert(datanet);
  return (
    <li className="flex flex-wrap items-center gap-3 border-s-2 border-line-strong ps-3">
      <span className="min-w-0 break-words">{t.setAside(alert.submissions.length, alert.sequence)}</span>
      <Button onClick={() => setAsking(true)}>{t.dismiss}</Button>
      <Dialog open={asking} onClose={() => setAsking(false)} title={t.dismiss}>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            dismiss.mutate({ id: alert.id, reason }, { onSuccess: () => setAsking(false) });
          }}
        >
          <Field label={t.dismissWhy} hint={t.dismissHint}>
            {(ids) => <Input {...ids} required maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />}
          </Field>
          <FormProblem error={dismiss.error} />
          <div className="flex gap-3">
            <Button look="primary" type="submit" busy={dismiss.isPending}>
              {t.dismiss}
            </Button>
            <Button type="button" onClick={() => setAsking(false)}>
              {text.common.cancel}
            </Button>
          </div>
        </form>
      </Dialog>
    </li>
  );
}

/** Who waits and what is set aside; nothing where all fits. */
export function LeftForLater({ plan }: { plan: Plan }) {
  if (plan.waiting.length === 0 && plan.set_aside.length === 0) return null;
  return (
    <ul className="grid gap-1 text-sm text-muted">
      {plan.waiting.map((one) => (
        <li key={one.contributor}>{t.waits(one.waiting, one.contributor_name, one.taken)}</li>
      ))}
      {plan.set_aside.map((one) => (
        <li key={one.alert}>{t.setAside(one.items, one.sequence)}</li>
      ))}
    </ul>
  );
}
