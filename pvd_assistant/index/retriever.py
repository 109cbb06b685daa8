"""The search as a LangChain retriever, to plug into any chain."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from pvd_assistant.index.store import Index
from pvd_assistant.model import Filters, Hit


class PvdRetriever(BaseRetriever):
    """Words and meaning fused, filters inside both searches, near-duplicates merged.

    ::

        retriever = PvdRetriever(index=Index.open(settings), filters=Filters(kinds=("offre",)))
        chain = {"context": retriever, "question": RunnablePassthrough()} | prompt | model

    :ivar index: an open index.
    :ivar filters: what the documents are limited to.
    :ivar limit: how many passages at most.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    filters: Filters = Filters()
    limit: int = 8

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        hits = self.index.search(query, filters=self.filters, limit=self.limit)
        return [self._document(hit) for hit in hits]

    def _document(self, hit: Hit) -> Document:
        passage = hit.passage
        metadata = self.index.documents[passage.document].metadata
        described: dict[str, Any] = {
            "document": passage.document,
            "title": metadata.title,
            "kind": metadata.kind,
            "publisher": metadata.publisher,
            "updated": metadata.updated.isoformat(),
            "source": metadata.sources[0].url if metadata.sources else "",
            "section": " > ".join(passage.headings),
            "page": passage.page,
            "label": passage.label,
            "part": passage.part,
            "start": passage.start,
            "end": passage.end,
            "score": hit.score,
        }
        return Document(id=passage.id, page_content=passage.text, metadata=described)
