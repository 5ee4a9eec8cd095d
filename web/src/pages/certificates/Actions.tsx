import { Button, Menu } from '@mantine/core';
import { Ban, Ellipsis, KeyRound, MoveRight, PlayCircle, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useKeys } from '@/app/keys';

import { Migrate } from './Migrate';
import type { Allowed, Certificate } from './names';
import { Recover } from './Recover';
import { Renew } from './Renew';
import { Release, Revoke } from './Revoke';

type Dialog = 'renew' | 'revoke' | 'release' | 'migrate' | 'recover' | null;

/** What the reader may do with the certificate, or may ask for: then the verb says so. */
export function Actions({ certificate: c, allowed }: { certificate: Certificate; allowed: Allowed }) {
  const { t } = useTranslation();
  const [dialog, open] = useState<Dialog>(null);
  const over = c.state === 'expired';
  const may = {
    renew: c.profile !== undefined && !c.revoked && (allowed.renew || allowed.requestRenew),
    revoke: !c.revoked && !over && (allowed.revoke || allowed.requestRevoke),
    release: c.revoked && c.revocationReason === 'certificatehold' && !over && (allowed.revoke || allowed.requestRevoke),
    migrate: allowed.migrate || allowed.requestMigrate,
    recover: c.escrowed && (allowed.recover || allowed.requestRecover),
  };
  useKeys(may.renew ? [{ keys: 'r', name: 'certificates:keys.renew', run: () => open('renew') }] : []);
  const verb = (name: 'renew' | 'revoke' | 'migrate' | 'recover', at: boolean) => t(at ? `certificates:do.${name}` : `certificates:request${name}`);
  const close = () => open(null);
  return (
    <>
      {may.renew && (
        <Button variant={c.state === 'due' || c.state === 'expired' ? 'filled' : 'default'} leftSection={<RefreshCw size={16} aria-hidden />} onClick={() => open('renew')}>
          {verb('renew', allowed.renew)}
        </Button>
      )}
      {may.release && (
        <Button variant="default" leftSection={<PlayCircle size={16} aria-hidden />} onClick={() => open('release')}>
          {t(allowed.revoke ? 'certificates:do.release' : 'certificates:requestrelease')}
        </Button>
      )}
      {may.revoke && (
        <Button variant="default" leftSection={<Ban size={16} aria-hidden />} onClick={() => open('revoke')}>
          {verb('revoke', allowed.revoke)}
        </Button>
      )}
      {(may.migrate || may.recover) && (
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <Button variant="default" px={10} aria-label={t('certificates:moreActions')}>
              <Ellipsis size={16} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {may.migrate && <Menu.Item leftSection={<MoveRight size={16} aria-hidden />} onClick={() => open('migrate')}>{verb('migrate', allowed.migrate)}</Menu.Item>}
            {may.recover && <Menu.Item leftSection={<KeyRound size={16} aria-hidden />} onClick={() => open('recover')}>{verb('recover', allowed.recover)}</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      )}
      {dialog === 'revoke' && <Revoke certificate={c} direct={allowed.revoke} renewable={may.renew} onRenew={() => open('renew')} onClose={close} />}
      {dialog === 'release' && <Release certificate={c} direct={allowed.revoke} onClose={close} />}
      {dialog === 'renew' && <Renew certificate={c} direct={allowed.renew} onClose={close} />}
      {dialog === 'migrate' && <Migrate certificate={c} direct={allowed.migrate} onClose={close} />}
      {dialog === 'recover' && <Recover certificate={c} direct={allowed.recover} onClose={close} />}
    </>
  );
}
