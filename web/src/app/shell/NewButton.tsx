import { useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';

import { PageButton } from '@/parts/links';

import { useKeys } from '../keys';
import { useTexts } from '../texts';
import styles from './Shell.module.css';

/** New, from anywhere: a request for a certificate. */
export function NewButton() {
  const { t } = useTexts();
  const navigate = useNavigate();
  useKeys([{ keys: 'n', name: 'requests:keys.new', run: () => void navigate({ to: '/requests/new' }) }]);
  return (
    <PageButton to="/requests/new" variant="default" leftSection={<Plus size={16} aria-hidden />} className={styles.new} aria-label={t('requests:keys.new')}>
      {t('requests:new.short')}
    </PageButton>
  );
}
