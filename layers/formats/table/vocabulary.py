"""Words that several modules look for in a table, each with its one meaning.

They are parts of regular expressions, grouped so that they can stand anywhere in one.
"""

N = r"[一二三四五六七八九十\d]"
"""A digit or numeral of a clause, a page or a part."""

CORNER = r"(?:拐点|界址点|角点|顶点|坐标点|点)"
PART = r"(?:地块|宗地|图斑|区块|块段|矿段|矿体|[矿采勘]区|采场|分区|范围)"
"""What a right consists of."""

HOLDER = r"(?:(?:采矿|探矿|矿业)权人)"
TOTAL = r"(?:[合小总共累]\s*计)"
CENTRE = r"(?:中心|质心|形心|重心)"
