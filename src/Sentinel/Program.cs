using Sentinel.Commands;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;

StandardStream.FillGaps();
FileSizeSignal.Ignore();
// Takes the caller's umask, and sets ours, before anything is created.
_ = Caller.Umask;
var arguments = Habits.Translate(Caller.Arguments(args));
if (Completion.IsAsked(arguments))
    return Completion.Answer(arguments[0], arguments[1]);
return Invocation.Run(CommandLine.Parse(CommandLine.For(arguments), arguments), arguments);
