@echo off
rem Botones on the console: "botones-consola doctor", "botones-consola backup", ... A console does not wait for a
rem program with windows, but a command file does.
"%~dp0Botones.exe" %*
exit /b %errorlevel%
