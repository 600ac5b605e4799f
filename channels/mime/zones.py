"""Outlook's names of time zones and what the rest of the world calls them (Unicode CLDR, windowsZones).

Data only: the zones people write from most. A name that is missing is shown as it was sent.
"""

from __future__ import annotations

from typing import Final

_NAMES: Final = """
AUS Eastern Standard Time=Australia/Sydney
Alaskan Standard Time=America/Anchorage
Arab Standard Time=Asia/Riyadh
Arabian Standard Time=Asia/Dubai
Argentina Standard Time=America/Argentina/Buenos_Aires
Atlantic Standard Time=America/Halifax
Canada Central Standard Time=America/Regina
Cen. Australia Standard Time=Australia/Adelaide
Central America Standard Time=America/Guatemala
Central Asia Standard Time=Asia/Almaty
Central Europe Standard Time=Europe/Budapest
Central European Standard Time=Europe/Warsaw
Central Standard Time=America/Chicago
Central Standard Time (Mexico)=America/Mexico_City
China Standard Time=Asia/Shanghai
E. Africa Standard Time=Africa/Nairobi
E. Australia Standard Time=Australia/Brisbane
E. Europe Standard Time=Europe/Chisinau
E. South America Standard Time=America/Sao_Paulo
Eastern Standard Time=America/New_York
Egypt Standard Time=Africa/Cairo
FLE Standard Time=Europe/Kiev
GMT Standard Time=Europe/London
GTB Standard Time=Europe/Bucharest
Greenwich Standard Time=Atlantic/Reykjavik
Hawaiian Standard Time=Pacific/Honolulu
India Standard Time=Asia/Kolkata
Iran Standard Time=Asia/Tehran
Israel Standard Time=Asia/Jerusalem
Korea Standard Time=Asia/Seoul
Morocco Standard Time=Africa/Casablanca
Mountain Standard Time=America/Denver
Myanmar Standard Time=Asia/Yangon
Nepal Standard Time=Asia/Kathmandu
New Zealand Standard Time=Pacific/Auckland
Newfoundland Standard Time=America/St_Johns
Pacific SA Standard Time=America/Santiago
Pacific Standard Time=America/Los_Angeles
Pakistan Standard Time=Asia/Karachi
Romance Standard Time=Europe/Paris
Russian Standard Time=Europe/Moscow
SA Pacific Standard Time=America/Bogota
SA Western Standard Time=America/La_Paz
SE Asia Standard Time=Asia/Bangkok
Singapore Standard Time=Asia/Singapore
South Africa Standard Time=Africa/Johannesburg
Taipei Standard Time=Asia/Taipei
Tokyo Standard Time=Asia/Tokyo
Turkey Standard Time=Europe/Istanbul
US Eastern Standard Time=America/Indianapolis
US Mountain Standard Time=America/Phoenix
UTC=Etc/UTC
Venezuela Standard Time=America/Caracas
W. Australia Standard Time=Australia/Perth
W. Central Africa Standard Time=Africa/Lagos
W. Europe Standard Time=Europe/Berlin
West Asia Standard Time=Asia/Tashkent
"""

WINDOWS: Final = {
    windows.casefold(): iana
    for windows, _, iana in (pair.partition("=") for pair in _NAMES.strip().splitlines())
}
"""Case-folded name of Windows to IANA name."""
