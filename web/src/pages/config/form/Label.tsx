import { useTexts } from '@/app/texts';

/** A field's name; what may be left out says so. */
export function Label({ name, required }: { name: string; required: boolean }) {
  const { t } = useTexts();
  return (
    <>
      {name}
      {!required && <span className="muted"> {t('config:optional')}</span>}
    </>
  );
}
