/** The reasons people revoke for, the most likely first (RFC 5280, 5.3.1). A hold can be taken back. */
export const reasons = ['superseded', 'cessationofoperation', 'keycompromise', 'affiliationchange', 'privilegewithdrawn', 'unspecified', 'certificatehold'] as const;
export type Reason = (typeof reasons)[number];

/** The workflows a batch can have. */
export type Workflow = 'renew' | 'revoke' | 'update' | 'migrate';
