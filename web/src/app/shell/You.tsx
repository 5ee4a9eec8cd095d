import { Button, Menu, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ChevronDown, Languages, LogOut, Monitor, Moon, Sun, UserRound, Users } from 'lucide-react';

import { receipt } from '@/parts/Receipt';

import { languages, speak, spoken, type Language } from '../language';
import { prefer, signOut, useSelf, type Preferences } from '../session';
import { useTexts } from '../texts';
import styles from './Shell.module.css';

/** Who is signed in, with what belongs to them: appearance, language, signing out. */
export function You() {
  const { t } = useTexts();
  const self = useSelf();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const name = self.identity?.name ?? self.identity?.identifier ?? '';

  const managed = (self.teamInfos ?? []).filter((i) => i.manager === true);

  const keep = (changed: Preferences) => {
    prefer(queries, changed).catch(() => receipt(t('common:preferences.unkept')));
  };
  const appear = (appearance: 'light' | 'dark' | 'auto') => {
    setColorScheme(appearance);
    keep({ appearance });
  };
  const say = async (language: Language) => {
    await speak(language);
    keep({ language });
  };
  const leave = async () => {
    await signOut(queries);
    await navigate({ to: '/sign-in' });
  };
  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target>
        <Button className={styles.who} aria-label={name} variant="subtle" color="gray" c="inherit" leftSection={<UserRound size={16} aria-hidden />} rightSection={<ChevronDown size={16} aria-hidden />}>
          <span className={styles.name}>{name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {managed.length > 0 && <Menu.Label>{t('common:teams')}</Menu.Label>}
        {managed.map((team) => (
          <Menu.Item key={team.name} leftSection={<Users size={16} aria-hidden />} onClick={() => void navigate({ to: '/teams/$name', params: { name: team.name ?? '' } })}>
            {team.displayName?.find((d) => d.lang === spoken())?.value ?? team.name}
          </Menu.Item>
        ))}
        {managed.length > 0 && <Menu.Divider />}
        <Menu.Label>{t('common:appearance.title')}</Menu.Label>
        <Menu.Item leftSection={<Sun size={16} aria-hidden />} onClick={() => appear('light')}>{t('common:appearance.light')}</Menu.Item>
        <Menu.Item leftSection={<Moon size={16} aria-hidden />} onClick={() => appear('dark')}>{t('common:appearance.dark')}</Menu.Item>
        <Menu.Item leftSection={<Monitor size={16} aria-hidden />} onClick={() => appear('auto')}>{t('common:appearance.auto')}</Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('common:language')}</Menu.Label>
        {languages.map((l) => (
          <Menu.Item key={l} lang={l} leftSection={<Languages size={16} aria-hidden />} aria-current={spoken() === l} onClick={() => void say(l)}>
            {t(`common:languages.${l}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<UserRound size={16} aria-hidden />} onClick={() => void navigate({ to: '/me' })}>{t('config:me.title')}</Menu.Item>
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => void leave()}>{t('common:signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
