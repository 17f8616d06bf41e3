using System.Text;

namespace StreamCoord.Cli.Tests;

/// <summary>What a command that does not end has written so far.</summary>
internal sealed class AwaitedWriter : TextWriter
{
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        TaskCompletionSource written;
        lock (_text)
        {
            _text.Append(value);
            (written, _written) = (_written, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        written.SetResult();
    }

    /// <summary>Whether it has written anything.</summary>
    public bool HasText
    {
        get
        {
            lock (_text)
            {
                return _text.Length > 0;
            }
        }
    }

    /// <summary>Waits until it has written that.</summary>
    public async Task AwaitAsync(string text)
    {
        while (true)
        {
            Task written;
            lock (_text)
            {
                if (_text.ToString().Contains(text, StringComparison.Ordinal))
                {
                    return;
                }
                written = _written.Task;
            }
            await written.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }
}
