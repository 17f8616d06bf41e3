using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>
/// Has Confluent.Kafka load the librdkafka of its own package that needs nothing of the machine's. It would try one first that needs a
/// library of another distribution, and then take the machine's librdkafka, if there is one: an older one, which lacks half of what is asked of it.
/// </summary>
internal static class OwnLibrary
{
    private static readonly string Path = System.IO.Path.Combine(
        AppContext.BaseDirectory, "runtimes", $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "native", "centos8-librdkafka.so");

    [ModuleInitializer]
    internal static void Choose()
    {
        if (File.Exists(Path))
        {
            NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name == "librdkafka" ? NativeLibrary.Load(Path) : 0;
}
