// The head of a playground: its files as tabs, and what can be done with them.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SourceFile } from './project.ts';

export interface HeadProps {
  readonly id: string;
  readonly title: string;
  readonly files: readonly SourceFile[];
  readonly open: string;
  readonly isRunning: boolean;
  readonly isEditing: boolean;
  readonly isChanged: boolean;
  readonly hasKeys: boolean;
  readonly busyWith: string | undefined;
  /** Files of the reader's own may go. */
  canRemove(name: string): boolean;
  onOpen(name: string): void;
  /** Why there can be no such file. */
  onAdd(name: string): string | undefined;
  onRemove(name: string): void;
  onRun(): void;
  onStop(): void;
  onEdit(): void;
  onReset(): void;
  onShare(): void;
  onDownload(): void;
  onElsewhere(): void;
  onKeys(): void;
}

export function Head(props: HeadProps) {
  const { isRunning, isEditing, isChanged, hasKeys, busyWith } = props;
  return (
    <div class="pg-head">
      <Tabs {...props} />
      <div class="pg-deeds">
        <button
          type="button"
          class={isRunning ? 'pg-button pg-run pg-stop' : 'pg-button pg-run'}
          onClick={isRunning ? props.onStop : props.onRun}
        >
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <path d={isRunning ? 'M1.5 1.5 H10.5 V10.5 H1.5 Z' : 'M2 0.8 L11 6 L2 11.2 Z'} />
          </svg>
          {isRunning ? 'Stop' : 'Run'}
        </button>
        {!isEditing && (
          <button type="button" class="pg-button" onClick={props.onEdit}>
            Edit
          </button>
        )}
        <button
          type="button"
          class="pg-button"
          aria-disabled={!isChanged}
          onClick={() => isChanged && props.onReset()}
        >
          Reset
        </button>
        <button type="button" class="pg-button" aria-busy={busyWith === 'share'} onClick={props.onShare}>
          Share
        </button>
        <button
          type="button"
          class="pg-button"
          aria-busy={busyWith === 'download'}
          onClick={props.onDownload}
        >
          Download
        </button>
        <button
          type="button"
          class="pg-button"
          aria-busy={busyWith === 'stackblitz'}
          onClick={props.onElsewhere}
        >
          Open in StackBlitz
        </button>
        <button
          type="button"
          class="pg-button pg-keys-button"
          aria-expanded={hasKeys}
          aria-label="Keys"
          data-keys
          onClick={props.onKeys}
        >
          ?
        </button>
      </div>
    </div>
  );
}

function Tabs({ id, title, files, open, canRemove, onOpen, onAdd, onRemove }: HeadProps) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = files.findIndex(({ name }) => name === open);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: files.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = (to + files.length) % files.length;
    onOpen(files[next]!.name);
    list.current!.querySelectorAll<HTMLElement>('[role=tab]')[next]!.focus();
    event.preventDefault();
  };
  return (
    <div class="pg-tabs">
      <div
        class="pg-tablist"
        role="tablist"
        aria-label={`Files of ${title}`}
        ref={list}
        onKeyDown={onKeyDown}
      >
        {files.map(({ name }, i) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-tab-${i}`}
            aria-selected={name === open}
            aria-controls={`${id}-${i}`}
            tabIndex={name === open ? 0 : -1}
            onClick={() => onOpen(name)}
          >
            {name}
          </button>
        ))}
      </div>
      {canRemove(open) && (
        <button type="button" class="pg-tab-deed" onClick={() => onRemove(open)}>
          Remove<span class="unseen"> {open}</span>
        </button>
      )}
      <NewFile onAdd={onAdd} />
    </div>
  );
}

function NewFile({ onAdd }: Pick<HeadProps, 'onAdd'>) {
  const [isAsking, ask] = useState(false);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  /** Cancelled: the focus goes back to where it came from. */
  const isBack = useRef(false);
  useLayoutEffect(() => {
    if (isAsking) field.current!.focus();
    else if (isBack.current) button.current!.focus();
    isBack.current = false;
  }, [isAsking]);
  const close = (): void => {
    isBack.current = true;
    ask(false);
    setFault(undefined);
  };
  if (!isAsking) {
    return (
      <button
        type="button"
        class="pg-tab-deed pg-add"
        ref={button}
        aria-label="New file"
        onClick={() => ask(true)}
      >
        +
      </button>
    );
  }
  return (
    <form
      class="pg-new"
      onSubmit={(event) => {
        event.preventDefault();
        const why = onAdd(field.current!.value.trim());
        setFault(why);
        if (why === undefined) ask(false);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      }}
    >
      <input
        ref={field}
        aria-label="Name of the new file"
        aria-invalid={fault !== undefined}
        placeholder="name.js"
        autocapitalize="off"
        autocomplete="off"
        spellcheck={false}
        maxLength={80}
      />
      <button type="submit" class="pg-tab-deed">
        Add
      </button>
      {fault && (
        <p class="pg-new-fault" role="alert">
          {fault}
        </p>
      )}
    </form>
  );
}
