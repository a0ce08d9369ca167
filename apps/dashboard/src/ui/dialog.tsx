import { X } from 'lucide-react';
import { AlertDialog, Dialog } from 'radix-ui';
import { useRef, type ReactNode } from 'react';
import { Button } from './button';

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  wide?: boolean;
  /** A click beside it does not close it: what it shows would be lost. */
  sticky?: boolean;
  children: ReactNode;
  foot?: ReactNode;
}

/** Radix gives the focus back to a trigger inside of the dialog's root; ours are opened from anywhere. */
function useFocusReturn() {
  const opener = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: () => {
      opener.current = document.activeElement;
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (opener.current instanceof HTMLElement) opener.current.focus();
    },
  };
}

/** A dialog in the middle; the focus stays within, and goes back to where it was. */
export function Modal({ open, onClose, title, description, wide, sticky, children, foot }: Props) {
  const focusReturn = useFocusReturn();
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content
          className={wide ? 'dialog wide' : 'dialog'}
          {...focusReturn}
          onInteractOutside={sticky ? (event) => event.preventDefault() : undefined}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <div className="dialog-head">
            <Dialog.Title>{title}</Dialog.Title>
            <Dialog.Close asChild>
              <Button look="quiet" small aria-label="Close" icon={<X size={16} aria-hidden="true" />} />
            </Dialog.Close>
          </div>
          <div className="dialog-body">
            {description && <Dialog.Description className="soft">{description}</Dialog.Description>}
            {children}
          </div>
          {foot && <div className="dialog-foot">{foot}</div>}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm({
  open,
  onClose,
  title,
  description,
  action,
  busy,
  disabled,
  onConfirm,
  children,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  description: ReactNode;
  action: string;
  busy?: boolean;
  disabled?: boolean;
  onConfirm: () => void;
  children?: ReactNode;
}) {
  const focusReturn = useFocusReturn();
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog" {...focusReturn}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (!disabled && !busy) onConfirm();
            }}
          >
            <div className="dialog-head">
              <AlertDialog.Title>{title}</AlertDialog.Title>
            </div>
            <div className="dialog-body">
              <AlertDialog.Description className="soft">{description}</AlertDialog.Description>
              {children}
            </div>
            <div className="dialog-foot">
              <AlertDialog.Cancel asChild>
                <Button>Cancel</Button>
              </AlertDialog.Cancel>
              <Button type="submit" look="danger solid" busy={busy} disabled={disabled}>
                {action}
              </Button>
            </div>
          </form>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
