"""placeholder"""

import solara


@solara.component
def Debrief(code: str) -> None: ...
