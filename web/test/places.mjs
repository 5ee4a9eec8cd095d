// Every place of the console: its addresses, and what can be opened there. A test goes through all of them, and fails when a
// route of the router, or a dialog, drawer or menu of the source, stands in none.

/**
 * A state of a page. `route` is the router's name of it, `at` the address below /ui. `opens` names the source files of what
 * is opened there by steps: "button key" and the like click what has that text, "key x" presses x, "css x" clicks what is
 * found so; the text is a key of the console's own. `alone` marks a page outside the frame.
 */
export function placesOf({ kinds, ids, certificate, pending, batch, event }) {
  const web = ids['www.example.com'];
  return [
    { route: '/sign-in', at: '/sign-in', alone: true },
    { route: '/reset-password', at: '/reset-password#token=none', alone: true },
    { route: '/', at: '/', opens: [
      ['app/palette/Palette.tsx', 'key Control+k'],
      ['app/shell/KeyList.tsx', 'key ?'],
      ['app/shell/You.tsx', 'css header [aria-haspopup=menu]'],
    ] },
    { route: '/certificates', at: '/certificates', opens: [
      ['parts/list/ListBar.tsx', 'button list:columns'],
      ['parts/ApiCall.tsx', 'button common:apiCall'],
      ['parts/query/QueryHelp.tsx', 'button query:help'],
      ['pages/certificates/BatchDialog.tsx', 'checkbox list:choosePage', 'button certificates:do.revoke'],
      ['pages/certificates/BatchDialog.tsx', 'checkbox list:choosePage', 'button certificates:do.update'],
      ['pages/certificates/BatchDialog.tsx', 'checkbox list:choosePage', 'button certificates:do.migrate'],
    ] },
    { route: '/certificates', at: `/certificates?q=profile+equals+%22web%22&sort=dn&cols=name,ends,serial&peek=${web}` },
    { route: '/certificates', at: '/certificates?q=profile+equals+%22web%22', opens: [
      ['parts/saved/Own.tsx', 'button saved:more'],
      ['parts/saved/Own.tsx', 'button saved:more', 'menuitem saved:rename'],
    ] },
    { route: '/certificates', at: '/certificates?q=san+equals+%22nothing%22', opens: [['parts/saved/SaveQuery.tsx', 'key Control+s']] },
    { route: '/certificates/$id', at: `/certificates/${web}`, opens: [
      ['pages/certificates/Dialog.tsx', 'button certificates:do.revoke'],
      ['pages/certificates/Dialog.tsx', 'button certificates:do.renew'],
      ['pages/certificates/Actions.tsx', 'button certificates:moreActions'],
      ['pages/certificates/Dialog.tsx', 'button certificates:moreActions', 'menuitem certificates:do.migrate'],
      ['pages/certificates/Dialog.tsx', 'button certificates:moreActions', 'menuitem certificates:do.recover'],
      ['pages/certificates/Pem.tsx', 'button certificates:download.other'],
    ] },
    { route: '/certificates/$id', at: `/certificates/${ids['held.example.com']}` },
    { route: '/certificates/$id', at: '/certificates/000000000000000000000000' },
    { route: '/find/$what', at: `/find/${certificate.serial}`, leads: `/certificates/${web}` },
    { route: '/find/$what', at: '/find/00ff' },
    { route: '/batches', at: '/batches' },
    { route: '/batches/$id', at: `/batches/${batch}` },
    { route: '/batches/$id', at: '/batches/000000000000000000000000' },
    { route: '/requests', at: '/requests?view=decide', opens: [
      ['pages/requests/list/RowActions.tsx', 'button requests:decide.denyName'],
    ] },
    { route: '/requests', at: '/requests?view=all&q=status+equals+%22pending%22&saved=Waiting&sort=dn', opens: [['parts/saved/Own.tsx', 'button saved:more']] },
    { route: '/requests', at: '/requests?view=mine' },
    { route: '/requests', at: '/requests?view=all' },
    { route: '/requests/new', at: '/requests/new' },
    { route: '/requests/new', at: '/requests/new?profile=web&cn=a.example.com&san=a.example.com' },
    { route: '/requests/import', at: '/requests/import' },
    { route: '/requests/challenges', at: '/requests/challenges' },
    { route: '/requests/$id', at: `/requests/${pending}` },
    { route: '/teams/$name', at: '/teams/sample' },
    { route: '/events', at: '/events', opens: [['pages/events/Value.tsx', 'css main table [aria-haspopup=menu]'], ['parts/list/ListBar.tsx', 'button list:export']] },
    { route: '/events', at: '/events?q=code+equals+%22CONF-ADD%22&cols=what,code', opens: [['parts/saved/SaveQuery.tsx', 'key Control+s']] },
    { route: '/events/live', at: '/events/live' },
    { route: '/events/integrity', at: '/events/integrity' },
    { route: '/requests/$id', at: '/requests/000000000000000000000000' },
    { route: '/events/$id', at: `/events/${event}` },
    { route: '/events/$id', at: '/events/000000000000000000000000' },
    { route: '/insights', at: '/insights', opens: [['pages/insights/Dashboards.tsx', 'button insights:new']] },
    { route: '/insights/$shelf/$name', at: '/insights/built-in/certificates', opens: [['pages/insights/ChartPanel.tsx', 'button insights:more']] },
    { route: '/insights/$shelf/$name', at: '/insights/built-in/requests' },
    { route: '/insights/$shelf/$name', at: '/insights/built-in/events' },
    { route: '/insights/$shelf/$name', at: '/insights/own/Mine?edit=yes', opens: [['pages/insights/ChartForm.tsx', 'button insights:addChart']] },
    { route: '/insights/$shelf/$name', at: '/insights/own/none' },
    { route: '/tools', at: '/tools', leads: '/tools/decoder' },
    { route: '/tools/decoder', at: '/tools/decoder' },
    { route: '/tools/rule', at: '/tools/rule' },
    { route: '/tools/query', at: '/tools/query' },
    { route: '/tools/grade', at: '/tools/grade' },
    { route: '/me', at: '/me' },
    ...configPlaces(kinds),
  ];
}

function configPlaces(kinds) {
  return [
    { route: '/config/', at: '/config' },
    { route: '/config/authorities', at: '/config/authorities', opens: [
      ['pages/config/access/CreateAuthority.tsx', 'button config:ca.create'],
      ['pages/config/access/ImportAuthority.tsx', 'button config:ca.import'],
    ] },
    { route: '/config/authorities/$name', at: '/config/authorities/quickstart', opens: [
      ['pages/config/access/OperationForm.tsx', 'button config:ca.change'],
      ['pages/config/access/OperationForm.tsx', 'button config:ca.renew'],
      ['pages/config/access/Confirm.tsx', 'button config:delete.verb'],
    ] },
    { route: '/config/acme-accounts', at: '/config/acme-accounts', opens: [['pages/config/access/AcmeAccounts.tsx', 'css main table button']] },
    { route: '/config/acme-keys', at: '/config/acme-keys', opens: [
      ['pages/config/access/AcmeKeys.tsx', 'button config:actionsOf'],
      ['pages/config/access/OperationForm.tsx', 'button config:actionsOf', 'menuitem config:acme.verb.renew'],
      ['pages/config/access/OperationForm.tsx', 'button config:actionsOf', 'menuitem config:acme.verb.status'],
      ['pages/config/access/OperationForm.tsx', 'button config:new'],
    ] },
    { route: '/config/acme-policies', at: '/config/acme-policies', opens: [['pages/config/access/OperationForm.tsx', 'button config:new']] },
    { route: '/config/mail', at: '/config/mail', opens: [['pages/config/access/Mail.tsx', 'button config:mail.test']] },
    { route: '/config/transfer', at: '/config/transfer' },
    ...kinds.flatMap(kindPlaces),
    { route: '/config/$kind', at: '/config/no-such-kind' },
    { route: '/config/authorities/$name', at: '/config/authorities/none' },
    { route: '/config/$kind/$name', at: '/config/label/none' },
    { route: '/config/$kind/new', at: '/config/label/new?from=none' },
    { route: '/config/$kind/$name', at: '/config/profile/web?tab=json' },
    { route: '/config/$kind/$name', at: '/config/profile/web?tab=history' },
    { route: '/config/$kind/$name', at: '/config/profile/web?tab=uses' },
  ];
}

/** Opened on the form of one object of a kind, whose sample has what they need. */
const inForms = {
  team: [
    ['pages/config/object/Delete.tsx', 'button config:delete.verb'],
  ],
  role: [['pages/config/form/Permissions.tsx', 'button config:list.addTo']],
  profile: [
    ['pages/config/form/Elements.tsx', 'button config:elements.moreOf'],
    ['pages/config/form/Levels.tsx', 'button config:levels.providersOf'],
    ['pages/config/object/Beside.tsx', 'button config:ref.createOf'],
    ['pages/config/form/Workbench.tsx', 'button config:code.tryOf'],
  ],
};

/** The further tabs of the objects of a kind. */
const tabs = {
  role: ['members'], team: ['members'], 'principal-info': ['rights', 'explain', 'sessions'], 'local-identity': ['account'], trigger: ['try'], 'password-policy': ['try'], 'grading-policy': ['try'],
};

/** The list of a kind, its empty forms and the form of one of its objects. */
function kindPlaces(k) {
  const below = `/config/${k.kind}`;
  const one = k.upsert ? k.variants[0].name : k.readOnly ? undefined : 'sample';
  const list = { route: '/config/$kind', at: below, ...(k.kind === 'label' ? { opens: [['pages/config/object/RowMenu.tsx', 'button config:actionsOf']] } : {}) };
  const fresh = k.readOnly || k.upsert ? [] : [...(k.variants.length > 1 ? [''] : []), ...k.variants.map((v) => (k.variants.length > 1 ? `?type=${v.name}` : ''))];
  return [
    list,
    ...fresh.map((search) => ({ route: '/config/$kind/new', at: `${below}/new${search}`, groups: true, ...(k.kind === 'http-proxy' ? { opens: [['pages/config/object/Review.tsx', 'button config:example', 'button config:review.verb'], ['pages/config/object/Fill.tsx', 'button forms:fill.verb']] } : {}) })),
    ...(one === undefined ? [] : [{ route: '/config/$kind/$name', at: `${below}/${one}`, opens: inForms[k.kind] ?? [], groups: true }]),
    ...(one === undefined ? [] : (tabs[k.kind] ?? []).map((tab) => ({ route: '/config/$kind/$name', at: `${below}/${one}?tab=${tab}`, ...(k.kind === 'team' && tab === 'members' ? { opens: [['pages/config/access/Members.tsx', 'button config:handOver.verb']] } : {}) }))),
  ];
}

/** What opens only where other tests go, and which they are. */
export const elsewhere = {
  'app/shell/Again.tsx': 'session.test.mjs',
  'pages/config/object/Conflict.tsx': 'config.test.mjs',
  'pages/certificates/KeyReady.tsx': 'certificates.test.mjs',
  'parts/Leaving.tsx': 'session.test.mjs',
};
