namespace StreamCoord.Testing;

/// <summary>An empty directory of one test's own. Disposing it deletes it with everything in it.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Makes the directory.</summary>
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("streamcoord-").FullName;

    /// <summary>The directory's full path.</summary>
    public string Path { get; }

    /// <summary>The path of a file or directory in it, which need not exist.</summary>
    public string Combine(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
