import type { TFunction } from 'i18next';

const dnTypes = ['CN', 'E', 'OU', 'ST', 'L', 'O', 'C', 'DC', 'UID', 'SERIALNUMBER', 'SURNAME', 'GIVENNAME', 'UNSTRUCTUREDADDRESS', 'UNSTRUCTUREDNAME', 'ORGANIZATIONIDENTIFIER', 'UNIQUEIDENTIFIER', 'STREET', 'DESCRIPTION', 'T'];
const sanTypes = ['DNSNAME', 'IPADDRESS', 'RFC822NAME', 'URI', 'OTHERNAME_UPN', 'OTHERNAME_GUID', 'REGISTERED_ID'];

/** What an element of a subject is called: "cn.1" is the common name; a second one is numbered. */
export function elementName(t: TFunction, element: string): string {
  const [type = '', n = '1'] = element.split('.');
  const known = dnTypes.includes(type.toUpperCase());
  const name = known ? t(`requests:dn.${type.toUpperCase()}`) : type;
  return n === '1' ? name : `${name} ${n}`;
}

/** What a type of alternative name is called. */
export function sanName(t: TFunction, type: string): string {
  return sanTypes.includes(type) ? t(`requests:san.${type}`) : type;
}

/** What a field of a difference is called: "subject.cn.1", "label.env", "owner". */
export function fieldName(t: TFunction, field: string): string {
  const [group = '', ...rest] = field.split('.');
  const name = rest.join('.');
  switch (group) {
    case 'subject':
      return elementName(t, name);
    case 'san':
      return sanName(t, name);
    case 'label':
    case 'metadata':
    case 'extension':
      return name;
    default:
      return ['owner', 'team', 'contactEmail', 'keyType', 'dn', 'profile'].includes(group) ? t(`requests:field.${group}`) : field;
  }
}
