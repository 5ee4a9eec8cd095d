import { Anchor, Button, type AnchorProps, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

import { hrefOf } from '@/app/search';

type Native = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'color' | 'style'> & { ref?: Ref<HTMLAnchorElement> };

/** A link to another page of the console, in the looks of a link. */
export const PageLink = createLink((props: AnchorProps & Native) => <Anchor inherit {...props} />);

/** A link to another page of the console, in the looks of a button. */
export const PageButton = createLink((props: ButtonProps & Native) => <Button component="a" {...props} />);

/**
 * A link to another page where there are hundreds: a plain element, in the looks its place gives it. What it needs to stay in the
 * console is done for all of them at once, by the shell (useLightLinks).
 */
export const LightLink = ({ to, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { to: string; 'data-row'?: boolean }) => <a href={hrefOf(to)} data-light {...rest} />;
