import { Kbd, Modal, Table } from '@mantine/core';

import { boundKeys } from '../keys';
import { useTexts } from '../texts';

/** The keys that do something on the page as it is now. */
export default function KeyList({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  return (
    <Modal opened onClose={onClose} title={t('keys:title')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Table>
        <Table.Tbody>
          {boundKeys().filter((k) => k.keys !== '').map((k) => (
            <Table.Tr key={k.keys}>
              <Table.Th scope="row" fw={400}>{t(k.name)}</Table.Th>
              <Table.Td>
                {k.keys.split(' ').map((part) => (
                  <Kbd key={part} mr={4}>{part.replace('Mod', 'Ctrl').replaceAll('+', ' ')}</Kbd>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
