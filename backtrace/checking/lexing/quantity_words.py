"""The words that name a quantity, and the small words between them and a symbol, in several languages.

Tables only: `phrases` reads them. A row is a kind of quantity; where two kinds stand together, as in `output
error o` or `weight gradient w_1`, the upper row says what is meant. `naming` knows the quantities of a kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# An operation makes another quantity, of which nothing is known; some only do so with "of": log of a_o.
OTHER, OPERATION = "unknown", "unknown function"
NEW, OLD, VALUE = "new", "old", "value"

_ROWS = {
    OTHER: "unknown | square | squared | half | twice | double | negative | minus | quadrat | hälfte | "
    "cuadrado | mitad | 平方",
    OPERATION: "unknown function | sum | product | mean | average | root | norm | magnitude | "
    "reciprocal | inverse | velocity | momentum | sigmoid | logistic | tanh | relu | softmax | log | "
    "logarithm | exponential | summe | produkt | mittelwert | betrag | suma | producto | media | "
    "promedio | 总和 | 乘积 | 平均",
    "change": "change | weight change | correction | adjustment | increment | änderung | "
    "gewichtsänderung | korrektur | cambio | corrección | variación | incremento | 变化 | 变化量 | "
    "改变量 | 增量 | variation | variazione | variação",
    "update": "update | weight update | aktualisierung | actualización | 更新 | 更新量",
    "local gradient": "local gradient | local derivative | lokaler gradient | lokale ableitung | "
    "gradiente local | derivada local | 局部梯度 | 局部导数",
    "gradient": "gradient | grad | gradients | gradienten | gradiente | 梯度",
    "slope": "slope | steigung | pendiente | 斜率 | pente | pendenza",
    "derivative": "derivative | partial derivative | deriv | ableitung | partielle ableitung | "
    "derivada | derivada parcial | 导数 | 偏导数 | 偏导 | dérivée | dérivée partielle | derivata | "
    "derivata parziale",
    "error term": "error term | local error | fehlerterm | lokaler fehler | término de error | "
    "error local | 误差项 | 局部误差",
    "delta": "delta | deltas",
    "squared error": "squared error | mean squared error | half squared error | quadratischer fehler | "
    "error cuadrático | error cuadrático medio | 均方误差 | 平方误差 | sum of squared errors | "
    "sum of squares | mean square error | 误差平方和",
    "error": "error | err | error signal | fehler | fehlersignal | señal de error | 误差 | 误差信号 | "
    "erreur | errore | erro",
    "net": "net | net input | netinput | net value | net activation | weighted sum | weighted input | "
    "total input | pre-activation | preactivation | logit | netz | netzeingabe | nettoeingabe | "
    "netzeingang | gewichtete summe | voraktivierung | entrada neta | entrada total | suma ponderada | "
    "preactivación | 净输入 | 净输入值 | 加权和 | 加权输入 | 加权求和 | 预激活 | 预激活值 | "
    "entrée nette | somme pondérée | ingresso netto | entrada líquida",
    "target": "target | targets | target output | target value | desired | desired output | "
    "desired value | label | expected output | ziel | zielwert | zielausgabe | sollwert | objetivo | "
    "valor objetivo | salida deseada | valor deseado | salida esperada | 目标 | 目标值 | 目标输出 | "
    "期望输出 | 期望值 | 标签 | cible | obiettivo | alvo",
    "output": "output | out | activation | activation value | actual output | prediction | ausgabe | "
    "ausgang | aktivierung | vorhersage | salida | activación | predicción | 输出 | 输出值 | 激活 | "
    "激活值 | 预测 | 预测值 | predicted | predicted output | predicted value | sortie | uscita | saída | "
    "attivazione",
    "cost": "cost | loss | total error | total loss | total cost | kosten | verlust | gesamtfehler | "
    "coste | costo | pérdida | error total | 损失 | 代价 | 总误差 | cost function | loss function | "
    "error function | kostenfunktion | verlustfunktion | fehlerfunktion | función de coste | "
    "función de costo | función de pérdida | 损失函数 | 代价函数 | 误差函数 | coût | perte | custo | "
    "perda | perdita",
    OLD: "old | previous | initial | before update | before the update | alt | alte | alter | altes | "
    "alten | vor dem update | viejo | vieja | antiguo | antigua | anterior | inicial | 旧 | 旧的 | 初始 | "
    "更新前 | 更新前的 | ancien | ancienne | vecchio | antigo",
    "bias": "bias | threshold | schwellwert | sesgo | umbral | 偏置 | 阈值 | biais",
    "weight": "weight | weights | parameter | gewicht | gewichte | peso | pesos | parámetro | 权重 | "
    "权值 | 参数 | poids | gewichts | pesi",
    "input": "input | inputs | eingabe | eingang | entrada | 输入",
    VALUE: "value | values | wert | werte | valor | valores | 值 | valeur | valore",
    NEW: "new | updated | after update | after the update | neu | neue | neuer | neues | neuen | "
    "aktualisiert | aktualisierte | aktualisiertes | aktualisierter | nach dem update | nuevo | nueva | "
    "actualizado | actualizada | 新 | 新的 | 更新后 | 更新后的 | nouveau | nouvelle | nuovo | nuova | "
    "novo | nova",
}
OF, BY, AT, ARTICLE, UNIT = "of", "by", "at", "article", "unit"
_SMALL = {
    OF: "of | for | in | to | from | von | für | de | del | para | en | 的 | du | di | do | da",
    BY: "by | with respect to | wrt | w.r.t. | w.r.t | with regard to | nach | bezüglich | bzgl. | "
    "respecto a | respecto de | respecto al | con respecto a | con respecto al | 关于 | 对 | 对于 | 相对于",
    AT: "at | bei | an | 在",
    ARTICLE: "the | its | this | der | die | das | dem | den | des | el | la | los | las",
    UNIT: "unit | neuron | node | output unit | output neuron | output node | hidden unit | "
    "hidden neuron | hidden node | einheit | knoten | ausgabeneuron | unidad | neurona | nodo | 神经元 | "
    "单元 | 节点 | neurons | knotens | neurone | nœud",
}
# Verbs and conjunctions: what is named ends before them.
STOPS = frozenset(
    "is are was be equals gives give get we so then thus hence and or that which where with if as when "
    "because but ist sind gilt und also dann ergibt wir mit wenn es son y entonces da con si".split()
)
CJK = "\u4e00-\u9fff"
_PIECE = re.compile(rf"[^\W\d_{CJK}]+|[{CJK}]+|[-.]")


def _phrases(rows: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """The row of each phrase, split into its tokens: those of w.r.t. and pre-activation are marks, too."""
    phrases = ((phrase, row) for row, written in rows.items() for phrase in written.split("|"))
    return {tuple(_PIECE.findall(phrase)): row for phrase, row in phrases}


KINDS = tuple(_ROWS)  # the first of those that stand together decides
PHRASES = {**_phrases(_SMALL), **_phrases(_ROWS)}
BEGINNINGS = frozenset(words[:many] for words in PHRASES for many in range(1, len(words) + 1))
# Chinese runs on without spaces: the longest word at a place is read.
RUN_ON = "|".join(sorted((words[0] for words in PHRASES if words[0] >= "\u4e00"), key=len, reverse=True))
