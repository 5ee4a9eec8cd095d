import { useTranslation } from 'react-i18next';

import { Page } from '@/parts/Page';

export default function Log() {
  const { t } = useTranslation();
  return <Page title={t('places:log')}>{null}</Page>;
}
