import { Menu, type MenuProps } from '@mantine/core';
import { cloneElement, useEffect, useRef, useState, type ReactElement, type ReactNode, type Ref } from 'react';

type Target = ReactElement<{ ref?: Ref<HTMLButtonElement>; onClick?: () => void; 'aria-haspopup'?: 'menu'; 'aria-expanded'?: boolean }>;

interface Props extends Omit<MenuProps, 'children'> {
  button: Target;
  /** The entries, made when they are asked for. */
  children: () => ReactNode;
}

/** A button with a menu that is made when it is first asked for: a page has a dozen of them, and most are never opened. */
export function MenuButton({ button, ...rest }: Props) {
  const [asked, ask] = useState(false);
  if (asked) return <Opened button={button} {...rest} />;
  return cloneElement(button, { 'aria-haspopup': 'menu', 'aria-expanded': false, onClick: () => ask(true) });
}

function Opened({ button, children, ...rest }: Props) {
  const target = useRef<HTMLButtonElement>(null);
  useEffect(() => target.current?.focus({ preventScroll: true }), []); // it stands where the button was that had the focus
  return (
    <Menu position="bottom-end" shadow="md" {...rest} defaultOpened onClose={() => target.current?.focus({ preventScroll: true })}>
      <Menu.Target>{cloneElement(button, { ref: target })}</Menu.Target>
      <Menu.Dropdown mah="60vh" style={{ overflowY: 'auto' }}>{children()}</Menu.Dropdown>
    </Menu>
  );
}
