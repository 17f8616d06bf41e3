using System.Runtime.InteropServices;

namespace StreamCoord.Testing.Processes;

/// <summary>Sends signals to processes by their ids. One that has ended already is none's concern.</summary>
internal static partial class ProcessSignals
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    public static void Kill(int processId) => Send(processId, SigKill);

    public static void Terminate(int processId) => Send(processId, SigTerm);

    public static void Pause(int processId) => Send(processId, SigStop);

    public static void Resume(int processId) => Send(processId, SigCont);

    private static void Send(int processId, int signal) => _ = SendSignal(processId, signal);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
