import { Anchor, Button, type AnchorProps, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Native = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'color' | 'style'> & { ref?: Ref<HTMLAnchorElement> };

/** A link to another page of the console, in the looks of a link. */
export const PageLink = createLink((props: AnchorProps & Native) => <Anchor inherit {...props} />);

/** A link to another page of the console, in the looks of a button. */
export const PageButton = createLink((props: ButtonProps & Native) => <Button component="a" {...props} />);
