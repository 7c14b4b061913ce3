import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createQueryClient } from './server/query-client.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/search.css';
import './styles/table.css';
import './styles/ladder.css';
import './styles/message.css';
import './styles/pages.css';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
