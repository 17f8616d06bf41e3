using System.Globalization;
using System.Runtime.InteropServices;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>envi: what the server runs on. It tells nothing of the user, of files or of the environment.</summary>
internal sealed class EnviWord(ZooKeeperListener listener) : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "envi";

    /// <inheritdoc/>
    public Task<string> AnswerAsync() => Task.FromResult(string.Create(CultureInfo.InvariantCulture, $"""
        Environment:
        zookeeper.version={ServerStatistics.Version}
        host.name={listener.Host}
        dotnet.version={RuntimeInformation.FrameworkDescription}
        os.name={RuntimeInformation.OSDescription}
        os.arch={RuntimeInformation.OSArchitecture}

        """).ReplaceLineEndings("\n"));
}
