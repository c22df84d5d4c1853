; The installer of Botones: for one person, without an administrator. Made by build.py, which gives VERSION, NUMBERS,
; SOURCE (the program's folder), OUT, ICON, KILOBYTES, and SIGN where the uninstaller is to be signed too.
;
;   Botones-…-instalador.exe                 asks
;   Botones-…-instalador.exe /S              asks nothing; start with Windows stays as it was (first time: off)
;   Botones-…-instalador.exe /S /INICIO=1    … and starts with Windows (0: does not)
;   desinstalar.exe /S                       keeps the documents' ledger; takes secrets and settings of Windows away
;   desinstalar.exe /S /BORRARDATOS=1        … and deletes every document, copy and report of this computer
;
; Exit codes: 0 done, 1 the person said no, 2 could not (Botones is in use, or a file could not be written).

Unicode true
Target amd64-unicode
ManifestDPIAware true
ManifestSupportedOS Win10
SetCompressor /SOLID lzma
RequestExecutionLevel user
CRCCheck force

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "WinVer.nsh"
!include "WordFunc.nsh"
!include "x64.nsh"
!include "Win\COM.nsh"
!include "Win\Propkey.nsh"

!define APP "Botones"
!define MAIN "Botones.exe"
!define CONSOLE "botones-consola.cmd"
!define UNINSTALLER "desinstalar.exe"
!define APP_ID "Botones.Hotel" ; the same as app.system.windows.APP_ID
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${APP}"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"
!define APPROVED "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"

Name "${APP}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${APP}"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
BrandingText "${APP} ${VERSION}"
VIProductVersion "${NUMBERS}"
VIAddVersionKey /LANG=1034 "ProductName" "${APP}"
VIAddVersionKey /LANG=1034 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=1034 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=1034 "FileDescription" "Instalador de ${APP}"
VIAddVersionKey /LANG=1034 "LegalCopyright" "MIT"
VIAddVersionKey /LANG=1034 "CompanyName" "Botones contributors"
!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_NODESC
!define MUI_FINISHPAGE_RUN "$INSTDIR\${MAIN}"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
; The first is the fallback: whoever has neither language reads Spanish.
!insertmacro MUI_LANGUAGE "Spanish"
!insertmacro MUI_LANGUAGE "English"

LangString Program ${LANG_SPANISH} "Botones (necesario)"
LangString Program ${LANG_ENGLISH} "Botones (required)"
LangString WithWindows ${LANG_SPANISH} "Iniciar con Windows, junto al reloj"
LangString WithWindows ${LANG_ENGLISH} "Start with Windows, beside the clock"
LangString InUse ${LANG_SPANISH} "Botones está abierto y no se pudo cerrar. Ciérrelo desde su icono junto al reloj («Salir»), y reintente."
LangString InUse ${LANG_ENGLISH} "Botones is open and could not be closed. Close it from its icon beside the clock (“Salir” or “Quit”), and try again."
LangString NotWritten ${LANG_SPANISH} "No se pudieron escribir los archivos. La versión anterior quedó como estaba."
LangString NotWritten ${LANG_ENGLISH} "The files could not be written. The earlier version was left as it was."
LangString TooOld ${LANG_SPANISH} "Botones necesita Windows 10 (versión 1809) o posterior, de 64 bits."
LangString TooOld ${LANG_ENGLISH} "Botones needs 64-bit Windows 10 (version 1809) or later."
LangString Newer ${LANG_SPANISH} "Ya está instalada una versión más nueva de Botones. Sus datos solo los abre ella. No se cambió nada."
LangString Newer ${LANG_ENGLISH} "A newer version of Botones is installed already. Only that one opens its data. Nothing was changed."
LangString AskData ${LANG_SPANISH} "¿Borrar también los documentos, las copias y los ajustes de Botones en este computador?$\r$\n$\r$\nSi piensa volver a instalarlo, responda No: el libro de documentos dice qué ya se envió. Los accesos (tokens) se borran en ambos casos."
LangString AskData ${LANG_ENGLISH} "Also delete the documents, backups and settings of Botones on this computer?$\r$\n$\r$\nIf you may install it again, answer No: the ledger says what has been sent already. The access tokens are deleted either way."
LangString SecretsLeft ${LANG_SPANISH} "El Administrador de credenciales de Windows no dejó borrar los accesos. Bórrelos allí: busque «Botones»."
LangString SecretsLeft ${LANG_ENGLISH} "Windows' Credential Manager did not let the access tokens be deleted. Delete them there: look for “Botones”."

Var StartsWithWindows

; Have a running Botones end in order, and make sure that nobody holds the program's files.
!macro CloseRunning PREFIX
Function ${PREFIX}CloseRunning
  ${PREFIX}again:
  IfFileExists "$INSTDIR\${MAIN}" 0 ${PREFIX}closed
  StrCpy $1 0
  ${Do}
    ClearErrors
    ExecWait '"$INSTDIR\${MAIN}" gui --quit' $0
    ${If} ${Errors}
      StrCpy $0 0 ; a damaged program runs nowhere
    ${EndIf}
    ${If} $0 != 0
      ${ExitDo}
    ${EndIf}
    ; A folder with an open file in it cannot be renamed: so this is also the test for the console program, for one that
    ; Windows or a person has only just started, which hears the next request, for the practice hotel of one that has
    ; just ended, and for a virus scanner.
    IfFileExists "$INSTDIR\_internal\*.*" 0 ${PREFIX}closed
    RMDir /r "$INSTDIR\_internal.old"
    ClearErrors
    Rename "$INSTDIR\_internal" "$INSTDIR\_internal.old"
    ${IfNot} ${Errors}
      Rename "$INSTDIR\_internal.old" "$INSTDIR\_internal"
      Goto ${PREFIX}closed
    ${EndIf}
    IntOp $1 $1 + 1
    Sleep 1000
  ${LoopUntil} $1 >= 30
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(InUse)" /SD IDCANCEL IDRETRY ${PREFIX}again
  SetErrorLevel 2
  Quit
  ${PREFIX}closed:
FunctionEnd
!macroend
!insertmacro CloseRunning ""
!insertmacro CloseRunning "un."

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_ICONSTOP "$(TooOld)" /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  SetRegView 64
  ; The newer version's ledger is of no use to an older program.
  ReadRegStr $0 HKCU "${KEY}" "DisplayVersion"
  ${If} $0 != ""
    ${VersionCompare} "$0" "${VERSION}" $1
    ${If} $1 == 1
      MessageBox MB_ICONSTOP "$(Newer)" /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
  ${EndIf}
  ; As it was; what the command line says wins.
  StrCpy $StartsWithWindows 0
  ReadRegStr $0 HKCU "${RUN}" "${APP}"
  ${If} $0 != ""
    StrCpy $StartsWithWindows 1
  ${EndIf}
  ${GetParameters} $1
  ClearErrors
  ${GetOptions} $1 "/INICIO=" $2
  ${IfNot} ${Errors}
    StrCpy $StartsWithWindows $2
  ${EndIf}
  SectionSetFlags 1 $StartsWithWindows
FunctionEnd

; Windows puts a window with a name of its own on the pinned button only if the shortcut bears that name too.
Function NameShortcut
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
    ${If} $1 P<> 0
      ${IPersistFile::Load} $1 '("$SMPROGRAMS\${APP}.lnk",${STGM_READWRITE})'
      ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
      ${If} $2 P<> 0
        System::Call 'Oleaut32::SysAllocString(w "${APP_ID}")p.r3'
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r4'
        System::Call '*(&i2 ${VT_BSTR},&i6 0,p r3,p 0)p.r5' ; a PROPVARIANT
        ${IPropertyStore::SetValue} $2 '($4,$5)'
        System::Call 'Oleaut32::SysFreeString(pr3)'
        System::Free $4
        System::Free $5
        ${IPropertyStore::Commit} $2 ""
        ${IUnknown::Release} $2 ""
        ${IPersistFile::Save} $1 '("$SMPROGRAMS\${APP}.lnk",1)'
      ${EndIf}
      ${IUnknown::Release} $1 ""
    ${EndIf}
    ${IUnknown::Release} $0 ""
  ${EndIf}
FunctionEnd

Section "$(Program)" SecProgram
  SectionIn RO
  Call CloseRunning
  ; The old files are put aside and deleted only when the new ones stand: a failure in between brings them back.
  RMDir /r "$INSTDIR\_internal.old"
  Delete "$INSTDIR\${MAIN}.old"
  ${If} ${FileExists} "$INSTDIR\_internal\*.*"
    ClearErrors
    Rename "$INSTDIR\_internal" "$INSTDIR\_internal.old"
    ${IfNot} ${Errors}
      Rename "$INSTDIR\${MAIN}" "$INSTDIR\${MAIN}.old"
      ${If} ${Errors}
        Rename "$INSTDIR\_internal.old" "$INSTDIR\_internal"
        SetErrors
      ${EndIf}
    ${EndIf}
    ${If} ${Errors}
      MessageBox MB_ICONSTOP "$(NotWritten)" /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
  ${EndIf}
  ClearErrors
  SetOverwrite try
  SetOutPath "$INSTDIR"
  File /r "${SOURCE}\*" ; with this slash: makensis turns it round on Linux, and not the other on Windows
  WriteUninstaller "$INSTDIR\${UNINSTALLER}"
  ${If} ${Errors}
    SetOutPath "$TEMP"
    RMDir /r "$INSTDIR\_internal"
    Delete "$INSTDIR\${MAIN}"
    Rename "$INSTDIR\_internal.old" "$INSTDIR\_internal"
    Rename "$INSTDIR\${MAIN}.old" "$INSTDIR\${MAIN}"
    MessageBox MB_ICONSTOP "$(NotWritten)" /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  ; A second process of the program (the practice hotel) ends some seconds after it.
  StrCpy $1 0
  ${Do}
    RMDir /r "$INSTDIR\_internal.old"
    Delete "$INSTDIR\${MAIN}.old"
    ${IfNot} ${FileExists} "$INSTDIR\_internal.old\*.*"
    ${AndIfNot} ${FileExists} "$INSTDIR\${MAIN}.old"
      ${ExitDo}
    ${EndIf}
    IntOp $1 $1 + 1
    Sleep 500
  ${LoopUntil} $1 >= 60
  CreateShortcut "$SMPROGRAMS\${APP}.lnk" "$INSTDIR\${MAIN}" "" "$INSTDIR\${MAIN}" 0
  Call NameShortcut
  WriteRegStr HKCU "${KEY}" "DisplayName" "${APP}"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\${MAIN}"
  WriteRegStr HKCU "${KEY}" "Publisher" "Botones contributors"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\${UNINSTALLER}"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\${UNINSTALLER}" /S'
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  DeleteRegValue HKCU "${RUN}" "${APP}"
SectionEnd

Section "$(WithWindows)" SecStart
  ; The same words as app.system.autostart, which shows and changes it; Windows' own switch is not touched.
  WriteRegStr HKCU "${RUN}" "${APP}" '"$INSTDIR\${MAIN}" gui --minimized'
SectionEnd

Function un.onInit
  SetRegView 64
FunctionEnd

Section "Uninstall"
  ; Somebody may run a copy of the uninstaller elsewhere: nothing is deleted where Botones is not.
  IfFileExists "$INSTDIR\${MAIN}" +3 0
  SetErrorLevel 2
  Quit
  Call un.CloseRunning
  ; The secrets go whatever becomes of the data; only the program knows their names.
  ClearErrors
  ExecWait '"$INSTDIR\${MAIN}" forget --all' $0
  ${If} ${Errors}
  ${OrIf} $0 != 0
    MessageBox MB_ICONEXCLAMATION "$(SecretsLeft)" /SD IDOK
  ${EndIf}
  StrCpy $1 0
  ${GetParameters} $2
  ${GetOptions} $2 "/BORRARDATOS=" $1
  MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(AskData)" /SD IDNO IDNO +2
  StrCpy $1 1
  ${If} $1 == 1
    RMDir /r "$LOCALAPPDATA\${APP}"
  ${EndIf}
  DeleteRegValue HKCU "${RUN}" "${APP}"
  DeleteRegValue HKCU "${APPROVED}" "${APP}"
  DeleteRegKey HKCU "${KEY}"
  Delete "$SMPROGRAMS\${APP}.lnk"
  ; By name: whatever else lies in the folder is not ours.
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\_internal.old"
  Delete "$INSTDIR\${MAIN}"
  Delete "$INSTDIR\${MAIN}.old"
  Delete "$INSTDIR\${CONSOLE}"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\THIRD_PARTY_LICENSES.txt"
  Delete "$INSTDIR\${UNINSTALLER}"
  SetOutPath "$TEMP"
  RMDir "$INSTDIR"
SectionEnd
