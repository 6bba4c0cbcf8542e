"""CL620 to CL630: event sources and queues."""

import json

from rules.cases import ABSENT, NO_VALUE, UNKNOWN, Case, around, stack, unknowns, zipped
from rules.event_resources import (
    BROKER,
    DEAD,
    DOCUMENTS,
    FUNCTION,
    KAFKA,
    OWN_ROLE,
    QUEUE,
    READS,
    READS_STREAM,
    READS_TABLE,
    STREAM,
    TABLE,
    TOPIC,
    arn,
    aws,
    mapping,
    maybe,
    of,
    patterns,
    polled,
    queue,
    raw_pattern,
    ref,
    role,
    stream,
    table,
    timed,
)
from rules.settings_cases import alias

SOURCES: list[Case] = [
    *around("batch size", "CL620", (1, 10_000), lambda n: mapping(BatchSize=n, MaximumBatchingWindowInSeconds=1)),
    *around("batching window", "CL620", (0, 300), lambda n: mapping(MaximumBatchingWindowInSeconds=n)),
    *around("tumbling window", "CL620", (0, 900), lambda n: stream(TumblingWindowInSeconds=n)),
    *around("parallelization", "CL620", (1, 10), lambda n: stream(ParallelizationFactor=n)),
    *around("record's age", "CL620", (60, 604_800), lambda n: stream(MaximumRecordAgeInSeconds=n)),
    polled("record's age without end", "", stream(MaximumRecordAgeInSeconds=-1)),
    polled("record's age of 0", "CL620", stream(MaximumRecordAgeInSeconds=0)),
    *around("retries of a stream", "CL620", (-1, 10_000), lambda n: stream(MaximumRetryAttempts=n)),
    *around("maximum concurrency", "CL620", (2, 1_000), lambda n: mapping(ScalingConfig={"MaximumConcurrency": n})),
    *unknowns("scaling", lambda v: mapping(ScalingConfig=v, ProvisionedPollerConfig=v, FilterCriteria=v)),
    polled("position misspelt", "CL620", stream(StartingPosition="latest")),
    polled("response type", "", mapping(FunctionResponseTypes=["ReportBatchItemFailures"])),
    polled("response type misspelt", "CL620", mapping(FunctionResponseTypes=["ReportBatchItemFailure"])),
    *unknowns("response types", lambda v: mapping(FunctionResponseTypes=v)),
    polled("address of a queue", "CL621", mapping(ref("Q")), Q=queue()),
    polled("name of a queue", "CL621", mapping("orders")),
    polled("ARN of a queue", "", mapping(arn("Q")), Q=queue()),
    polled("a table", "CL621", stream(arn("D")), D=of("AWS::DynamoDB::Table")),
    polled("a table's stream", "", stream(arn("D", "StreamArn")), D=table()),
    *(
        polled(f"stream of a table: {what}", expected, stream(arn("D", "StreamArn")), D=made)
        for what, expected, made in (
            ("none", "CL621", table(StreamSpecification=ABSENT)),
            ("no value", "CL621", table(StreamSpecification=NO_VALUE)),
            ("unknown", "", table(StreamSpecification=ref("P"))),
            ("perhaps", "", table(StreamSpecification={"Fn::If": ["C", {}, NO_VALUE]})),
            ("of a table under a condition", "", maybe(table(StreamSpecification=ABSENT))),
            ("of a macro", "", table(StreamSpecification=ABSENT, **{"Fn::Transform": {"Name": "M"}})),
        )
    ),
    polled("a table by its ARN", "CL621", stream(TABLE)),
    polled("a table's stream by its ARN", "", stream(f"{TABLE}/stream/2026-01-01T00:00:00.000")),
    *(
        polled(
            f"{name} with {service}",
            "" if source in fits else "CL621",
            mapping(
                source,
                **({"StartingPosition": "LATEST"} if source in (STREAM, KAFKA) and name != "StartingPosition" else {}),
                **{name: value},
            ),
        )
        for name, value, fits in (
            ("ParallelizationFactor", 2, [STREAM]),
            ("TumblingWindowInSeconds", 1, [STREAM]),
            ("BisectBatchOnFunctionError", True, [STREAM, KAFKA]),
            ("MaximumRecordAgeInSeconds", 60, [STREAM, KAFKA]),
            ("MaximumRetryAttempts", 1, [STREAM, KAFKA]),
            ("DestinationConfig", {"OnFailure": {"Destination": QUEUE}}, [STREAM, KAFKA]),
            ("StartingPosition", "LATEST", [STREAM, KAFKA, DOCUMENTS]),
            ("ScalingConfig", {"MaximumConcurrency": 2}, [QUEUE]),
            ("ProvisionedPollerConfig", {"MinimumPollers": 2, "MaximumPollers": 2}, [QUEUE, KAFKA]),
            ("FilterCriteria", {"Filters": [{"Pattern": '{"a": ["b"]}'}]}, [QUEUE, STREAM, KAFKA, BROKER]),
        )
        for service, source in (
            ("SQS", QUEUE),
            ("Kinesis", STREAM),
            ("Kafka", KAFKA),
            ("MQ", BROKER),
            ("DocumentDB", DOCUMENTS),
        )
    ),
    polled(
        "what a queue ignores",
        "",
        mapping(ParallelizationFactor=1, TumblingWindowInSeconds=0, BisectBatchOnFunctionError=False),
    ),
    polled(
        "unknown settings of a queue",
        "",
        mapping(
            BisectBatchOnFunctionError=ref("P"),
            StartingPosition=ref("P"),
            MaximumRetryAttempts=ref("P"),
            DestinationConfig=ref("P"),
        ),
    ),
    polled("unknown source", "", mapping(ref("Parameter"), BisectBatchOnFunctionError=True, BatchSize=100)),
    polled("stream without a position", "CL621", mapping(STREAM)),
    polled("stream with a position that isn't known", "", stream(StartingPosition=ref("P"))),
    polled("stream from a time", "", stream(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=1_700_000_000)),
    polled("stream from no time", "CL621", stream(StartingPosition="AT_TIMESTAMP")),
    polled(
        "table from a time",
        "CL621",
        stream(f"{TABLE}/stream/1", StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=1),
    ),
    polled("batch of 10", "", mapping(BatchSize=10)),
    polled("batch of 11", "CL621", mapping(BatchSize=11)),
    polled("batch of 11, window of 0", "CL621", mapping(BatchSize=11, MaximumBatchingWindowInSeconds=0)),
    polled("batch of 11, window of 1", "", mapping(BatchSize=11, MaximumBatchingWindowInSeconds=1)),
    polled("batch of 11, window unknown", "", mapping(BatchSize=11, MaximumBatchingWindowInSeconds=ref("P"))),
    polled("batch of 11 of a stream", "", stream(BatchSize=11)),
    polled("FIFO, batch of 10", "", mapping(f"{QUEUE}.fifo", BatchSize=10)),
    polled("FIFO, batch of 11", "CL621", mapping(f"{QUEUE}.fifo", BatchSize=11)),
    polled("FIFO of the app, batch of 11", "CL621", mapping(arn("Q"), BatchSize=11), Q=queue(FifoQueue=True)),
    polled("FIFO, window of 0", "", mapping(f"{QUEUE}.fifo", MaximumBatchingWindowInSeconds=0)),
    polled("FIFO, window of 1", "CL621", mapping(f"{QUEUE}.fifo", MaximumBatchingWindowInSeconds=1)),
    *(
        polled(
            f"pollers {least} to {most} of {source[8:13]}",
            expected,
            mapping(
                source,
                **({"StartingPosition": "LATEST"} if source == KAFKA else {}),
                ProvisionedPollerConfig={"MinimumPollers": least, "MaximumPollers": most},
            ),
        )
        for source, least, most, expected in (
            (QUEUE, 1, 2, "CL621"),
            (QUEUE, 2, 2, ""),
            (QUEUE, 2, 10_000, ""),
            (QUEUE, 2, 10_001, "CL621"),
            (QUEUE, 200, 200, ""),
            (QUEUE, 201, 201, "CL621"),
            (QUEUE, 5, 4, "CL621"),
            (QUEUE, 5, ref("P"), ""),
            (KAFKA, 1, 2_000, ""),
            (KAFKA, 0, 1, "CL621"),
            (KAFKA, 1, 2_001, "CL621"),
        )
    ),
    polled(
        "maximum concurrency and pollers",
        "CL621",
        mapping(ScalingConfig={"MaximumConcurrency": 2}, ProvisionedPollerConfig={"MaximumPollers": 2}),
    ),
    *(
        polled(f"destination {target}", expected, stream(DestinationConfig={"OnFailure": {"Destination": target}}))
        for target, expected in (
            (QUEUE, ""),
            (TOPIC, ""),
            ("arn:aws:s3:::failed", ""),
            (FUNCTION, "CL621"),
            ("failed", "CL621"),
            (f"{QUEUE}.fifo", "CL621"),
            (ref("P"), ""),
        )
    ),
    polled(
        "destination that is a Kafka topic",
        "",
        stream(KAFKA, DestinationConfig={"OnFailure": {"Destination": "kafka://failed"}}),
    ),
    *(
        polled(
            f"{count} filters",
            "CL622" if count > 5 else "",
            patterns(*({"body": {"a": [str(i)]}} for i in range(count))),
        )
        for count in (4, 5, 6)
    ),
    polled(
        "six filters, one that may vanish",
        "",
        mapping(
            FilterCriteria={
                "Filters": [
                    *({"Pattern": '{"a": ["b"]}'} for _ in range(5)),
                    {"Fn::If": ["C", {"Pattern": "{}"}, NO_VALUE]},
                ]
            }
        ),
    ),
    *(
        polled(
            f"filter of {count} characters",
            "CL623" if count > 4_096 else "",
            raw_pattern(json.dumps({"body": ["x" * (count - len('{"body": [""]}'))]})),
        )
        for count in (4_095, 4_096, 4_097)
    ),
    polled("filter that is no JSON", "CL623", raw_pattern("{body")),
    polled("filter that is a list", "CL623", raw_pattern('["body"]')),
    polled("filter that isn't known", "", raw_pattern(ref("P"))),
    polled("filter of a text", "CL623", patterns({"body": "x"})),
    polled(
        "filter of an operator",
        "",
        patterns({"body": {"a": [{"numeric": ["=", 5_000_000_000]}, {"prefix": "x"}, None, ""]}}),
    ),
    polled("filter of an empty object", "CL623", patterns({"body": {}})),
    polled("filter of everything", "", patterns({})),
    polled("filter of a wrong operator", "CL623", patterns({"body": {"a": [{"startswith": "x"}]}})),
    polled("filter without a pattern", "CL633", mapping(FilterCriteria={"Filters": [{}]})),
    polled("filter of no value", "CL633", raw_pattern(NO_VALUE)),
    polled("filter that isn't there", "", mapping(FilterCriteria={"Filters": []})),
    *(
        polled(
            f"filter of {key} with {name}",
            "" if key == own else "CL633",
            mapping(
                source,
                FilterCriteria={"Filters": [{"Pattern": json.dumps({key: {"a": ["b"]}, "awsRegion": ["x"]})}]},
                **({} if own in ("body", "data") and source != STREAM else {"StartingPosition": "LATEST"}),
            ),
        )
        for name, source, own in (
            ("SQS", QUEUE, "body"),
            ("Kinesis", STREAM, "data"),
            ("DynamoDB", f"{TABLE}/stream/1", "dynamodb"),
            ("Kafka", KAFKA, "value"),
            ("MQ", BROKER, "data"),
        )
        for key in ("body", "data", "dynamodb", "value")
    ),
    polled("filter of an unknown source", "", stream(ref("P"), FilterCriteria={"Filters": [{"Pattern": "{}"}]})),
    polled("filter of what is not to be there", "", patterns({"data": [{"exists": False}]})),
    polled("mapped twice", "CL624", mapping(), L=mapping()),
    polled("mapped twice, a queue of the app", "CL624", mapping(arn("Q")), L=mapping(arn("Q"), arn("F")), Q=queue()),
    polled("mapped twice, two functions", "", mapping(), G=zipped(), L=mapping(function=ref("G"))),
    polled("mapped twice, two queues", "", mapping(), L=mapping(f"{QUEUE}s")),
    polled("mapped twice, once to an alias", "", mapping(), A=alias(), L=mapping(function=ref("A"))),
    polled("mapped twice, under conditions", "", maybe(mapping()), L=maybe(mapping())),
    polled("mapped twice, Kafka", "", stream(KAFKA, Topics=["a"]), L=stream(KAFKA, Topics=["b"])),
    polled("mapped twice, unknown", "", mapping(ref("Parameter")), L=mapping(ref("Parameter"))),
]

QUEUES: list[Case] = [
    *around("queue's visibility timeout", "CL632", (0, 43_200), lambda n: queue(VisibilityTimeout=n)),
    *around("queue's retention", "CL632", (60, 1_209_600), lambda n: queue(MessageRetentionPeriod=n)),
    *around("queue's delay", "CL632", (0, 900), lambda n: queue(DelaySeconds=n)),
    *around("queue's wait", "CL632", (0, 20), lambda n: queue(ReceiveMessageWaitTimeSeconds=n)),
    *around("queue's message", "CL632", (1_024, 1_048_576), lambda n: queue(MaximumMessageSize=n)),
    timed(59, 60, "CL625"),
    timed(60, 60, "CL626"),
    timed(61, 60, "CL626"),
    timed(359, 60, "CL626"),
    timed(360, 60, ""),
    timed(ABSENT, 31, "CL625"),
    timed(ABSENT, 30, "CL626"),
    timed(ABSENT, 5, ""),
    timed(2, ABSENT, "CL625"),
    timed(3, ABSENT, "CL626"),
    timed(18, ABSENT, ""),
    timed("59", "60", "CL625"),
    *(timed(unknown, 60, "") for unknown in UNKNOWN),
    *(timed(10, unknown, "") for unknown in UNKNOWN),
    polled("visible too early, under a condition", "", maybe(mapping(arn("Q"))), zipped(Timeout=60), Q=queue()),
    polled(
        "visible too early, through an alias",
        "CL625",
        mapping(arn("Q"), ref("A")),
        zipped(Timeout=60),
        Q=queue(),
        A=alias(),
    ),
    *(
        polled(
            f"maximum concurrency {most}, {reserved} reserved",
            expected,
            mapping(ScalingConfig={"MaximumConcurrency": most}),
            zipped(ReservedConcurrentExecutions=reserved),
        )
        for most, reserved, expected in (
            (9, 10, ""),
            (10, 10, ""),
            (11, 10, "CL627"),
            (11, 0, ""),
            (11, ABSENT, ""),
            (11, ref("P"), ""),
            (ref("P"), 10, ""),
        )
    ),
    polled(
        "maximum concurrency of two queues",
        "CL627",
        mapping(ScalingConfig={"MaximumConcurrency": 6}),
        zipped(ReservedConcurrentExecutions=10),
        L=mapping(f"{QUEUE}s", ScalingConfig={"MaximumConcurrency": 6}),
    ),
    polled(
        "maximum concurrency of two queues, enough",
        "",
        mapping(ScalingConfig={"MaximumConcurrency": 5}),
        zipped(ReservedConcurrentExecutions=10),
        L=mapping(f"{QUEUE}s", ScalingConfig={"MaximumConcurrency": 5}),
    ),
    *(
        polled(
            f"rights: {what}",
            expected,
            mapped,
            zipped(**OWN_ROLE),
            Q=queue(),
            Z=queue(),
            K=of("AWS::Kinesis::Stream"),
            R=rights,
        )
        for what, expected, mapped, rights in (
            ("none", "CL628", mapping(arn("Q")), role()),
            ("all", "", mapping(arn("Q")), role(("*", "*"))),
            ("of the queue", "", mapping(arn("Q")), role((READS, arn("Q")))),
            ("of another queue", "CL628", mapping(arn("Q")), role((READS, arn("Z")))),
            ("of an unknown queue", "", mapping(arn("Q")), role((READS, ref("Parameter")))),
            ("without deleting", "CL628", mapping(arn("Q")), role((READS[:1], arn("Q")))),
            ("of the policy for queues", "", mapping(arn("Q")), role(managed=aws("AWSLambdaSQSQueueExecutionRole"))),
            (
                "of the policy for streams",
                "CL628",
                mapping(arn("Q")),
                role(managed=aws("AWSLambdaKinesisExecutionRole")),
            ),
            ("of another policy", "", mapping(arn("Q")), role(managed=aws("AdministratorAccess"))),
            ("under a condition", "", mapping(arn("Q")), maybe(role())),
            ("of a mapping under a condition", "", maybe(mapping(arn("Q"))), role()),
            ("of a stream, none", "CL628", stream(arn("K")), role()),
            ("of a stream", "", stream(arn("K")), role((READS_STREAM, arn("K")))),
            ("of a consumer", "", stream(f"{STREAM}/consumer/c:1"), role((READS_STREAM, STREAM))),
            (
                "of a table's stream, none",
                "CL628",
                stream(f"{TABLE}/stream/1"),
                role((READS_TABLE, f"{TABLE}/stream/2")),
            ),
            ("of a table's streams", "", stream(f"{TABLE}/stream/1"), role((READS_TABLE, f"{TABLE}/stream/*"))),
            ("of what isn't known", "", mapping(ref("Parameter")), role()),
        )
    ),
    polled("rights of a role from elsewhere", "", mapping(arn("Q")), Q=queue()),
    stack("queue", "", Q=queue(RedrivePolicy=DEAD), D=queue()),
    stack(
        "queue as a text", "", Q=queue(RedrivePolicy=json.dumps({"deadLetterTargetArn": QUEUE, "maxReceiveCount": "3"}))
    ),
    stack("queue without a target", "CL630", Q=queue(RedrivePolicy={"maxReceiveCount": 3})),
    stack("queue without a count", "CL630", Q=queue(RedrivePolicy={"deadLetterTargetArn": QUEUE})),
    *around(
        "receives",
        "CL630",
        (1, 1_000),
        lambda n: queue(RedrivePolicy={"deadLetterTargetArn": QUEUE, "maxReceiveCount": n} if n != NO_VALUE else DEAD),
    ),
    *(
        stack(f"FIFO {fifo}, named {name}", expected, Q=queue(QueueName=name, FifoQueue=fifo))
        for name, fifo, expected in (
            ("orders.fifo", True, ""),
            ("orders", True, "CL640"),
            ("orders.fifo", ABSENT, "CL640"),
            ("orders.fifo", False, "CL640"),
            ("orders", False, ""),
            ("orders.fifo", ref("P"), ""),
            (ref("P"), True, ""),
            (ABSENT, True, ""),
        )
    ),
    stack("FIFO topic, named orders", "CL640", T=of("AWS::SNS::Topic", TopicName="orders", FifoTopic=True)),
    stack("FIFO topic, named orders.fifo", "", T=of("AWS::SNS::Topic", TopicName="orders.fifo", FifoTopic=True)),
    stack("topic, named orders.fifo", "CL640", T=of("AWS::SNS::Topic", TopicName="orders.fifo")),
    *(
        stack(
            f"dead letters of a queue to {target}",
            expected,
            Q=queue(RedrivePolicy={"deadLetterTargetArn": target, "maxReceiveCount": 3}),
            D=queue(),
        )
        for target, expected in (
            (arn("D"), ""),
            (ref("D"), "CL630"),
            (arn("D", "QueueName"), "CL630"),
            (arn("Q"), "CL630"),
            (ref("Parameter"), ""),
        )
    ),
    *unknowns("queue's redrive policy", lambda v: queue(RedrivePolicy=v)),
    stack("queue to a topic", "CL630", Q=queue(RedrivePolicy={"deadLetterTargetArn": TOPIC, "maxReceiveCount": 3})),
    stack("FIFO queue to a queue", "CL630", Q=queue(FifoQueue=True, RedrivePolicy=DEAD), D=queue()),
    stack("queue to a FIFO queue", "CL630", Q=queue(RedrivePolicy=DEAD), D=queue(FifoQueue=True)),
    stack("FIFO queue to a FIFO queue", "", Q=queue(FifoQueue=True, RedrivePolicy=DEAD), D=queue(FifoQueue="true")),
    stack(
        "FIFO queue to one that isn't known",
        "",
        Q=queue(FifoQueue=True, RedrivePolicy=DEAD),
        D=queue(FifoQueue=ref("P")),
    ),
    stack("FIFO queue to one under a condition", "", Q=queue(FifoQueue=True, RedrivePolicy=DEAD), D=maybe(queue())),
    stack(
        "queue to a FIFO queue's ARN",
        "CL630",
        Q=queue(RedrivePolicy={"deadLetterTargetArn": f"{QUEUE}.fifo", "maxReceiveCount": 3}),
    ),
]

CASES: list[Case] = [*SOURCES, *QUEUES]
